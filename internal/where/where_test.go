package where

import (
	"math"
	"strings"
	"testing"
)

// TestWorkedExample is that of annex C of "A guide to coordinate systems in Great
// Britain" (Ordnance Survey): 52°39′27.2531″N 1°43′4.5177″E.
func TestWorkedExample(t *testing.T) {
	lat, lon := airyOf(651409.903, 313177.270)
	for _, x := range []struct {
		got            float64
		deg, min, secs float64
	}{{lat, 52, 39, 27.2531}, {lon, 1, 43, 4.5177}} {
		if want := (x.deg + x.min/60 + x.secs/3600) * math.Pi / 180; math.Abs(x.got-want) > 1e-9 {
			t.Errorf("%.10f, want %.10f", x.got, want)
		}
	}
}

func TestParse(t *testing.T) {
	// The same water tower by the guide's precise transformation, which the shift is to
	// be within 5 metres of, and half a square.
	tower := Point{52.65797861, 1.71605194}
	for text, within := range map[string]float64{"TG 51409 13177": 7, "tg5140913177": 7, "TG 5140 1317": 20, "TG514131": 120, "52.65798, 1.71605": 2, " 52.65798 1.71605 ": 2} {
		p, err := Parse(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if m := Apart(p, tower); m > within {
			t.Errorf("%q is %v, %.1f metres off", text, p, m)
		}
	}
	for text, want := range map[string]Point{
		"54.7733,-1.5762": {54.7733, -1.5762}, "54.7733, −1.5762": {54.7733, -1.5762}, "60.154 -1.148": {60.154, -1.148},
	} {
		if p, err := Parse(text); err != nil || p != want {
			t.Errorf("%q: %v, %v", text, p, err)
		}
	}
	for text, say := range map[string]error{
		"": errForm, "NZ": errCoarse, "N": errForm, "NZ 27 42": errCoarse, "NZ 271 42": errUneven, "NZ 27142": errUneven, "NZ 271 421 3": errForm, "NZ 271421 271421": errForm, "NZ 27a 421": errForm,
		"DH1 3AA": errForm, "IZ 271 421": errSquare, "NI 271 421": errSquare, "AA 271 421": errSquare, "ZZ 271 421": errSquare, "JA 271 421": errSquare,
		"54.77, -1.57": errCoarse, "54, -1": errCoarse, "-1.5762, 54.7733": errAbroad, "54.7733, 1.5762": errAbroad, "54.7733, 1.5762E": errForm, "54.7733": errForm, "54.7733,": errForm, "+54.7733, -1.5762": errForm,
		"5e1, -1.5762": errForm, "NaN, -1.5762": errForm, "54.7733, -1.5762, 3": errForm, "54.773., -1.5762": errForm, "48.8584, 2.2945": errAbroad, "54,7733 -1,5762": errForm, strings.Repeat("5", 80): errForm,
	} {
		if p, err := Parse(text); err != say || p != (Point{}) {
			t.Errorf("%q: %v, %v; want %v", text, p, err, say)
		}
	}
}

func TestApart(t *testing.T) {
	a, b := Point{54.7733, -1.5762}, Point{54.7823, -1.5762}
	if m := Apart(a, b); math.Abs(m-1000.8) > 1 {
		t.Errorf("0.009 degrees north are %.1f metres", m)
	}
	if m := Apart(a, Point{54.7733, -1.5762 + 0.0156}); math.Abs(m-1000.6) > 1 {
		t.Errorf("0.0156 degrees east are %.1f metres", m)
	}
	lat, lon := Around(a, 1000)
	for _, p := range []Point{{a.Latitude + lat*0.999, a.Longitude}, {a.Latitude, a.Longitude - lon*0.999}} {
		if m := Apart(a, p); m > 1001 || m < 990 {
			t.Errorf("the edge of what is around is %.1f metres off", m)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"NZ 271 421", "54.7733, -1.5762", "tg5140913177", "", "HP 999 999", "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Parse(s)
		if err != nil {
			if p != (Point{}) {
				t.Errorf("%q: %v with %v", s, p, err)
			}
			return
		}
		if !(p.Latitude > 48 && p.Latitude < 63 && p.Longitude > -12 && p.Longitude < 4) {
			t.Errorf("%q: %v", s, p)
		}
	})
}
