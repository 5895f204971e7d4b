// Package where reads positions as people give them: latitude and longitude, or a
// reference of the national grid of Great Britain.
//
// It is strict. What could mean two places, or names more ground than a few streets,
// is refused with words for whoever typed it.
package where

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// A Point is a position in WGS 84 degrees.
type Point struct{ Latitude, Longitude float64 }

// What is wrong with a position that was typed.
var (
	errForm   = errors.New("enter a grid reference such as NZ 271 421, or latitude and longitude such as 54.7733, -1.5762")
	errCoarse = errors.New("that names too much ground: a grid reference needs 6 figures or more, and latitude and longitude 3 decimal places or more")
	errUneven = errors.New("a grid reference has as many figures for east as for north")
	errAbroad = errors.New("that is not on land in the British Isles: latitude comes first, and what is west has a minus before it")
	errSquare = errors.New("there is no such square of the national grid")
)

// Longest is how many characters a position has at most.
const Longest = 60

// Parse reads a position: a reference of the national grid with 6, 8 or 10 figures, of
// which it is the middle of the square, or latitude and longitude in degrees with 3
// decimal places or more. Both are within a tenth of a kilometre. The error is for
// whoever typed it.
func Parse(text string) (Point, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "−", "-"))
	if len(text) > Longest {
		return Point{}, errForm
	}
	if text != "" && letter(text[0]) {
		return grid(text)
	}
	return degrees(text)
}

func letter(c byte) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

func digit(c byte) bool { return c >= '0' && c <= '9' }

// degrees reads "54.7733, -1.5762"; the comma may be a space.
func degrees(text string) (p Point, err error) {
	one, other, ok := strings.Cut(text, ",")
	if !ok {
		one, other, ok = strings.Cut(text, " ")
	}
	if !ok {
		return p, errForm
	}
	coarse := false
	read := func(s string) float64 {
		s = strings.TrimSpace(s)
		whole, places, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
		if whole == "" || strings.ContainsFunc(whole+places, func(r rune) bool { return r < '0' || r > '9' }) || strings.HasSuffix(s, ".") {
			err = errForm
			return 0
		}
		coarse = coarse || len(places) < 3
		d, wrong := strconv.ParseFloat(s, 64)
		if wrong != nil {
			err = errForm
		}
		return d
	}
	p.Latitude, p.Longitude = read(one), read(other)
	switch {
	case err != nil:
		return Point{}, err
	case p.Latitude > 53.8 && p.Longitude > 0.1: // in the North Sea: a sign is missing
		return Point{}, errAbroad
	case p.Latitude < 49 || p.Latitude > 61.5 || p.Longitude < -11 || p.Longitude > 2.5:
		return Point{}, errAbroad
	case coarse:
		return Point{}, errCoarse
	}
	return p, nil
}

// grid reads "NZ 271 421" or "NZ271421".
func grid(text string) (Point, error) {
	if len(text) < 2 || !letter(text[1]) {
		return Point{}, errForm
	}
	first, second := text[0]&^0x20, text[1]&^0x20
	east, north, apart := strings.Cut(strings.TrimSpace(text[2:]), " ")
	north = strings.TrimSpace(north)
	for _, c := range []byte(east + north) {
		if !digit(c) {
			return Point{}, errForm
		}
	}
	switch {
	case apart && len(east) != len(north):
		return Point{}, errUneven
	case !apart && len(east)%2 != 0:
		return Point{}, errUneven
	case !apart:
		east, north = east[:len(east)/2], east[len(east)/2:]
	}
	switch n := len(east); {
	case n < 3:
		return Point{}, errCoarse
	case n > 5:
		return Point{}, errForm
	}
	// A letter is one of a square of 25 without I, from the top left; the first is 500 km
	// wide, the second 100 km. S, the square of the false origin, is in column 2, row 1.
	if first == 'I' || second == 'I' {
		return Point{}, errSquare
	}
	place := func(c byte) (column, row int) {
		n := int(c - 'A')
		if c > 'I' {
			n--
		}
		return n % 5, 4 - n/5
	}
	bigColumn, bigRow := place(first)
	column, row := place(second)
	e, n := (bigColumn-2)*5+column, (bigRow-1)*5+row
	if e < 0 || e > 6 || n < 0 || n > 12 {
		return Point{}, errSquare
	}
	side := math.Pow10(5 - len(east)) // metres
	x, _ := strconv.Atoi(east)
	y, _ := strconv.Atoi(north)
	return onGrid(float64(e)*100_000+(float64(x)+0.5)*side, float64(n)*100_000+(float64(y)+0.5)*side), nil
}

const earth = 6371008.8 // mean radius in metres

// Apart is the distance between two positions in metres, over a sphere.
func Apart(a, b Point) float64 {
	dLat, dLon := rad(b.Latitude-a.Latitude)/2, rad(b.Longitude-a.Longitude)/2
	h := math.Sin(dLat)*math.Sin(dLat) + math.Cos(rad(a.Latitude))*math.Cos(rad(b.Latitude))*math.Sin(dLon)*math.Sin(dLon)
	return 2 * earth * math.Asin(math.Min(1, math.Sqrt(h)))
}

// Around are how far north or south, and east or west, whatever is within some metres of
// a position can be, in degrees.
func Around(p Point, metres float64) (latitude, longitude float64) {
	latitude = metres / earth * 180 / math.Pi
	return latitude, math.Min(360, latitude/math.Max(1e-6, math.Cos(rad(math.Min(89.9, math.Abs(p.Latitude)+latitude)))))
}

func rad(d float64) float64 { return d * math.Pi / 180 }
