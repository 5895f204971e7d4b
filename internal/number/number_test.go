package number_test

import (
	"testing"

	"clew/internal/number"
)

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 1234567: "1,234,567", -999: "-999", -123456: "-123,456"} {
		if got := number.Thousands(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

func TestOf(t *testing.T) {
	for n, want := range map[int]string{0: "0 reports", 1: "1 report", 2: "2 reports", 1200: "1,200 reports"} {
		if got := number.Of(n, "report", "reports"); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
