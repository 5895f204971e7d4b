package warning

import (
	"reflect"
	"testing"
	"time"

	"clew/internal/law"
)

// TestSettingsShipped holds what is shipped as data to the defaults of the engine.
func TestSettingsShipped(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	b := law.Book{Tables: law.Shipped()}
	if got := SettingsOf(&b, now); !reflect.DeepEqual(got, Defaults) {
		t.Errorf("shipped %+v, defaults %+v", got, Defaults)
	}
	b.Corrections = []law.Correction{{Table: "warning-settings", Key: "silence", Cells: []string{"Get in touch", "7", "days"}, From: now}}
	if got := SettingsOf(&b, now); got.SilenceDays != 7 {
		t.Errorf("a correction gives %d days of silence", got.SilenceDays)
	}
	if got := SettingsOf(&b, now.AddDate(0, 0, -1)); got.SilenceDays != 14 {
		t.Errorf("the day before it: %d days", got.SilenceDays)
	}
}
