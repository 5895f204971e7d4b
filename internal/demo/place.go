package demo

import "strconv"

// An address is where a household lives or a thing happened.
type address struct {
	flat, number int
	street, town string
	townIndex    int
	postcode     string
}

func (a address) String() string {
	s := strconv.Itoa(a.number) + " " + a.street + ", " + a.town
	if a.flat > 0 {
		s = "Flat " + strconv.Itoa(a.flat) + ", " + s
	}
	return s
}

// address is where somebody lives at a minute: a household moves up to three
// times, somebody who is stalked more often.
func (w *world) address(p *person, minute uint32) address {
	if p.known != nil {
		return address{}
	}
	k := 0
	r := of(w.seed, p.home, ofHome)
	moves := []int{0, 0, 0, 0, 0, 0, 0, 1, 1, 2}[r.n(10)]
	if w.part(p.id).hunted {
		moves = r.n(4)
	}
	for range moves {
		if uint32(r.n(int(w.minutes))) <= minute {
			k++
		}
	}
	return w.residence(p.home, k)
}

// residence is the k-th place a household has lived.
func (w *world) residence(home uint64, k int) address {
	r := of(w.seed, home*8+uint64(k), ofHome+100)
	var a address
	a.townIndex = townWeights.draw(&r)
	a.town = towns[a.townIndex]
	street := 0
	if r.chance(120) {
		street = r.n(len(streets))
		a.street = streets[street]
	} else {
		head, tail := r.n(len(families.heads)), r.n(len(streetWords))
		street = 100 + head*len(streetWords) + tail
		a.street = families.heads[head] + pickTail(head) + " " + streetWords[tail]
	}
	a.number = r.between(1, 160)
	if r.chance(180) {
		a.flat = r.between(1, 24)
	}
	a.postcode = postcodeOf(a.townIndex, street, a.number/16)
	return a
}

// pickTail gives each head one ending in street names: Tarnbeck Close.
func pickTail(head int) string { return families.tails[(head*7+3)%len(families.tails)] }

var streetWords = []string{"Road", "Street", "Avenue", "Close", "Drive", "Lane", "Grove", "Gardens", "Terrace", "Way", "Court", "Crescent", "Walk", "Rise"}

// postcodeOf is a postcode of the area NX, which the post does not have.
func postcodeOf(town, street, block int) string {
	const letters = "ABDEFGHJLNPQRSTUWXYZ"
	x := (street*11 + block) * 7919 % (10 * 400 * 5)
	district := town*5 + x/(10*400) + 1
	x %= 10 * 400
	b := append([]byte("NX"), strconv.Itoa(district)...)
	return string(append(b, ' ', byte('0'+x/400), letters[x/20%20], letters[x%20]))
}

// position is where a town lies, in millionths of a degree. They are put out at
// sea: no pin falls on anybody's house.
func position(town int, r *random) (latitude, longitude float64) {
	y := 55_000_000 + town%4*90_000 + town*7_000 + r.n(30_000)
	x := 300_000 + town/4*150_000 + town*5_000 + r.n(50_000)
	return float64(y) / 1e6, float64(x) / 1e6
}
