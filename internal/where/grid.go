package where

import "math"

// An ellipsoid of the earth, by its half axes in metres.
type ellipsoid struct{ a, b float64 }

func (e ellipsoid) squared() float64 { return 1 - e.b*e.b/(e.a*e.a) } // eccentricity

// The figures are those of "A guide to coordinate systems in Great Britain" (Ordnance
// Survey): its annexes A to C, and section 6.6 for the shift between the two datums,
// which is good to about 5 metres.
var (
	airy  = ellipsoid{6377563.396, 6356256.909}
	wgs84 = ellipsoid{6378137, 6356752.3141}
)

const (
	scale       = 0.9996012717 // on the central meridian
	trueEast    = 400_000.0
	trueNorth   = -100_000.0
	originNorth = 49.0 // degrees
	originEast  = -2.0
	fineEnough  = 1e-5 // metres
	arcSecond   = math.Pi / 180 / 3600
	shiftX      = 446.448 // metres, from Airy's to WGS 84
	shiftY      = -125.157
	shiftZ      = 542.060
	turnX       = 0.1502 * arcSecond
	turnY       = 0.2470 * arcSecond
	turnZ       = 0.8421 * arcSecond
	shiftScale  = -20.4894e-6
)

// onGrid is the position of an easting and a northing of the national grid, in metres.
func onGrid(east, north float64) Point {
	lat, lon := airyOf(east, north)
	return shift(lat, lon)
}

// airyOf is latitude and longitude, in radians, on the datum of the national grid.
func airyOf(east, north float64) (lat, lon float64) {
	a, b, e2 := airy.a, airy.b, airy.squared()
	n := (a - b) / (a + b)
	n2, n3 := n*n, n*n*n
	lat0 := rad(originNorth)
	arc := func(lat float64) float64 { // of the meridian, from the origin
		d, s := lat-lat0, lat+lat0
		return b * scale * ((1+n+5*n2/4+5*n3/4)*d - (3*n+3*n2+21*n3/8)*math.Sin(d)*math.Cos(s) + (15*n2/8+15*n3/8)*math.Sin(2*d)*math.Cos(2*s) - 35*n3/24*math.Sin(3*d)*math.Cos(3*s))
	}
	lat = lat0 + (north-trueNorth)/(a*scale)
	for range 20 {
		left := north - trueNorth - arc(lat)
		if math.Abs(left) < fineEnough {
			break
		}
		lat += left / (a * scale)
	}
	sin, tan, sec := math.Sin(lat), math.Tan(lat), 1/math.Cos(lat)
	t2, t4, t6 := tan*tan, math.Pow(tan, 4), math.Pow(tan, 6)
	nu := a * scale / math.Sqrt(1-e2*sin*sin)
	rho := a * scale * (1 - e2) / math.Pow(1-e2*sin*sin, 1.5)
	eta2 := nu/rho - 1
	d := east - trueEast
	nu3, nu5, nu7 := math.Pow(nu, 3), math.Pow(nu, 5), math.Pow(nu, 7)
	north2 := tan / (2 * rho * nu)
	north4 := tan / (24 * rho * nu3) * (5 + 3*t2 + eta2 - 9*t2*eta2)
	north6 := tan / (720 * rho * nu5) * (61 + 90*t2 + 45*t4)
	east1 := sec / nu
	east3 := sec / (6 * nu3) * (nu/rho + 2*t2)
	east5 := sec / (120 * nu5) * (5 + 28*t2 + 24*t4)
	east7 := sec / (5040 * nu7) * (61 + 662*t2 + 1320*t4 + 720*t6)
	return lat - north2*d*d + north4*math.Pow(d, 4) - north6*math.Pow(d, 6),
		rad(originEast) + east1*d - east3*math.Pow(d, 3) + east5*math.Pow(d, 5) - east7*math.Pow(d, 7)
}

// shift is a position on WGS 84 of latitude and longitude on the datum of the grid.
func shift(lat, lon float64) Point {
	e2 := airy.squared()
	nu := airy.a / math.Sqrt(1-e2*math.Sin(lat)*math.Sin(lat))
	x, y, z := nu*math.Cos(lat)*math.Cos(lon), nu*math.Cos(lat)*math.Sin(lon), (1-e2)*nu*math.Sin(lat)
	s := 1 + shiftScale
	x, y, z = shiftX+s*x-turnZ*y+turnY*z, shiftY+turnZ*x+s*y-turnX*z, shiftZ-turnY*x+turnX*y+s*z
	e2 = wgs84.squared()
	p := math.Hypot(x, y)
	lat = math.Atan2(z, p*(1-e2))
	for range 10 {
		nu = wgs84.a / math.Sqrt(1-e2*math.Sin(lat)*math.Sin(lat))
		lat = math.Atan2(z+e2*nu*math.Sin(lat), p)
	}
	return Point{lat * 180 / math.Pi, math.Atan2(y, x) * 180 / math.Pi}
}
