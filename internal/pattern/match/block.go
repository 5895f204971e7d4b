package match

import (
	"maps"
	"runtime"
	"slices"
	"sync"
)

// A KeyKind says what mentions that share a key have in common.
type keyKind uint8

const (
	keyPhone keyKind = iota
	keyEmail
	keyHandle
	keyRef
	keyNational
	keyVehicle
	keyBorn
	keyNames
	keyGivenBorn
	keyFamilyBorn
	keyNamePostcode
	keyGivenAddress
	keyFamilyYear
	keyNamesYear
	keyKinds
)

var keyWords = [keyKinds]string{"phone", "e-mail", "handle", "reference", "national number", "vehicle", "date of birth", "name", "given name and day of birth",
	"family name and day of birth", "name and postcode", "given name and address", "family name and month of birth", "name and year of birth"}

// keyOf mixes what a key is made of. The kind is kept in the lowest four bits.
func keyOf(k keyKind, parts ...uint64) uint64 {
	h := uint64(k) + 1
	for _, p := range parts {
		h = mix(h*0x9e3779b97f4a7c15 ^ p)
	}
	return h&^15 | uint64(k)
}

// Direct reports whether a key is of one number, address or mark, and of no name.
func Direct(key uint64) bool { return kindOf(key) < keyBorn }

func kindOf(key uint64) keyKind { return keyKind(key & 15) }

// Keys are hashes that mentions of one person are likely to share, each at least
// one of them. They are the same on every machine and for ever.
func (p *Prepared) Keys() []uint64 {
	var given, family, post, addr []uint64
	keys := make([]uint64, 0, 16)
	for i := range p.features {
		f := &p.features[i]
		switch f.kind {
		case kGiven:
			given = append(given, hash(kGiven, sound(f.text)))
		case kFamily:
			family = append(family, hash(kGiven, sound(f.text)))
		case kAlias:
			given = append(given, hash(kGiven, sound(f.text)))
			family = append(family, hash(kGiven, sound(f.text)))
		case kPostcode:
			post = append(post, f.hash)
		case kAddress:
			addr = append(addr, f.hash)
		case kPhone, kEmail, kHandle, kRef, kNational, kVehicle:
			keys = append(keys, keyOf(directKey[f.kind], f.hash))
		}
	}
	return blockKeys(keys, given, family, post, addr, p.born)
}

var directKey = [kinds]keyKind{kPhone: keyPhone, kEmail: keyEmail, kHandle: keyHandle, kRef: keyRef, kNational: keyNational, kVehicle: keyVehicle}

func blockKeys(keys, given, family, post, addr []uint64, born birth) []uint64 {
	given, family, post = given[:min(len(given), 3)], family[:min(len(family), 3)], post[:min(len(post), 2)]
	for _, g := range given {
		for _, f := range family {
			if g != f {
				keys = append(keys, keyOf(keyNames, min(g, f), max(g, f)))
			}
		}
		for _, p := range post {
			keys = append(keys, keyOf(keyNamePostcode, g, p))
		}
	}
	for _, f := range family {
		for _, p := range post {
			keys = append(keys, keyOf(keyNamePostcode, f, p))
		}
	}
	if len(addr) >= 2 {
		a := addr[0] + addr[1] // in either order
		for _, g := range given[:min(len(given), 1)] {
			keys = append(keys, keyOf(keyGivenAddress, g, a))
		}
	}
	if born.whole() && !born.filler() {
		keys = append(keys, keyOf(keyBorn, uint64(born)))
		y, m, d := born.parts()
		for _, g := range given[:min(len(given), 1)] {
			keys = append(keys, keyOf(keyGivenBorn, g, uint64(m*100+d)))
		}
		for _, f := range family[:min(len(family), 1)] {
			keys = append(keys, keyOf(keyFamilyBorn, f, uint64(m*100+d)), keyOf(keyFamilyYear, f, uint64(y*100+m)))
		}
	}
	if y, _, _ := born.parts(); y != 0 && len(given) > 0 && len(family) > 0 {
		keys = append(keys, keyOf(keyNamesYear, min(given[0], family[0]), max(given[0], family[0]), uint64(y)))
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// mostInBlock is how many mentions may share a key of each kind and still be
// compared with each other through it. Beyond it the value tells too little to be
// worth the time; it is reported, and other keys find the same people. A number
// of one's own may be shared by more than a day of birth, which thousands share.
var mostInBlock = func() (most [keyKinds]int) {
	for k := range most {
		most[k] = 60
	}
	for _, k := range directKey {
		most[k] = 150
	}
	most[keyBorn], most[keyNames] = 25, 40
	return most
}()

// Most is how many mentions a key may bring up before it tells too little to be
// worth the time.
func Most(key uint64) int { return mostInBlock[kindOf(key)] }

// A Capped value is one that more mentions share than are compared through it.
type Capped struct {
	Kind     string // what is shared: "phone"
	Mentions int
	Example  int32 // one of the mentions, to see the value by
}

// blocks are mentions by the keys they share.
type blocks struct {
	keys     []uint64 // of each mention, by off: the number of its block
	off      []uint32
	start    []uint32 // members of block b are members[start[b]:start[b+1]]
	members  []int32
	capped   []Capped
	searched int
}

type posting struct {
	key     uint64
	mention int32
}

func (c *Corpus) block() *blocks {
	n := c.Len()
	soundHash := make([]uint64, len(c.dict.text))
	for w := range soundHash {
		soundHash[w] = hash(kGiven, c.dict.sound[w])
	}
	featureHash := make([]uint64, len(c.dict.kind))
	for h, id := range c.ids {
		featureHash[id] = h
	}
	parts := inParallel(n, func(from, to int) []posting {
		all := make([]posting, 0, (to-from)*10)
		var given, family, post, addr, keys []uint64
		for i := from; i < to; i++ {
			given, family, post, addr, keys = given[:0], family[:0], post[:0], addr[:0], keys[:0]
			v := c.view(int32(i))
			for _, id := range v.features {
				switch k := c.dict.kind[id]; k {
				case kGiven:
					given = append(given, soundHash[c.dict.word[id]])
				case kFamily:
					family = append(family, soundHash[c.dict.word[id]])
				case kAlias:
					given = append(given, soundHash[c.dict.word[id]])
					family = append(family, soundHash[c.dict.word[id]])
				case kPostcode:
					post = append(post, featureHash[id])
				case kAddress:
					addr = append(addr, featureHash[id])
				case kPhone, kEmail, kHandle, kRef, kNational, kVehicle:
					if c.dict.count[id] > 1 {
						keys = append(keys, keyOf(directKey[k], featureHash[id]))
					}
				}
			}
			keys = blockKeys(keys, given, family, post, addr, v.born)
			for _, k := range keys {
				all = append(all, posting{k, int32(i)})
			}
		}
		return all
	})
	return gatherBlocks(slices.Concat(parts...), c.alike)
}

// gatherBlocks puts mentions that share a key together. Somebody who is reported
// hundreds of times is in more mentions than may share a key, and most of them are
// written alike to the letter. So where too many share one, of those that are alike
// the first stands for all, and each other one is compared with the first alone.
func gatherBlocks(all []posting, alike func(mention int32) uint64) *blocks {
	sortPostings(all)
	b := &blocks{start: []uint32{0}}
	kept := all[:0]
	add := func(mentions ...int32) {
		for _, m := range mentions {
			b.members = append(b.members, m)
			kept = append(kept, posting{uint64(len(b.start) - 1), m})
		}
		b.start = append(b.start, uint32(len(b.members)))
	}
	stands := map[int32]int32{} // who stands for whom
	var some []int32
	for i := 0; i < len(all); {
		j := i + 1
		for j < len(all) && all[j].key == all[i].key {
			j++
		}
		size, most := j-i, mostInBlock[kindOf(all[i].key)]
		some = some[:0]
		if size > most {
			first := map[uint64]int32{}
			for _, p := range all[i:j] {
				a := alike(p.mention)
				if _, there := first[a]; !there {
					first[a] = p.mention
					some = append(some, p.mention)
				}
			}
			if len(some) > most {
				b.capped = append(b.capped, Capped{keyWords[kindOf(all[i].key)], size, all[i].mention})
				some = some[:0]
			} else {
				for _, p := range all[i:j] {
					if f := first[alike(p.mention)]; f != p.mention {
						stands[p.mention] = f
					}
				}
			}
		} else if size > 1 {
			for _, p := range all[i:j] {
				some = append(some, p.mention)
			}
		}
		if len(some) > 1 {
			add(some...)
		}
		i = j
	}
	for _, m := range slices.Sorted(maps.Keys(stands)) {
		add(stands[m], m)
	}
	slices.SortStableFunc(b.capped, func(x, y Capped) int { return y.Mentions - x.Mentions })
	// Turn it round: the blocks of each mention.
	return b.turn(kept)
}

func (b *blocks) turn(kept []posting) *blocks {
	last := int32(-1)
	for _, p := range kept {
		last = max(last, p.mention)
	}
	b.off = make([]uint32, last+2)
	for _, p := range kept {
		b.off[p.mention+1]++
	}
	for i := 1; i < len(b.off); i++ {
		b.off[i] += b.off[i-1]
	}
	b.keys = make([]uint64, len(kept))
	at := slices.Clone(b.off)
	for _, p := range kept {
		b.keys[at[p.mention]] = p.key
		at[p.mention]++
	}
	return b
}

// after calls f with each mention behind i that shares a block with it, once.
// seen is the worker's own, as long as there are mentions, and starts as -1.
func (b *blocks) after(i int32, seen []int32, f func(j int32)) {
	if int(i)+1 >= len(b.off) {
		return
	}
	for _, block := range b.keys[b.off[i]:b.off[i+1]] {
		members := b.members[b.start[block]:b.start[block+1]]
		at, _ := slices.BinarySearch(members, i+1)
		for _, j := range members[at:] {
			if seen[j] != i {
				seen[j] = i
				f(j)
			}
		}
	}
}

// sortPostings sorts by key, then mention: a radix sort of the keys' upper
// halves in parallel buckets, for there are ten for each mention.
func sortPostings(all []posting) {
	const buckets = 256
	var size [buckets + 1]int
	for i := range all {
		size[all[i].key>>56+1]++
	}
	for i := 1; i <= buckets; i++ {
		size[i] += size[i-1]
	}
	sorted := make([]posting, len(all))
	at := size
	for _, p := range all {
		b := p.key >> 56
		sorted[at[b]] = p
		at[b]++
	}
	inParallel(buckets, func(from, to int) struct{} {
		for b := from; b < to; b++ {
			slices.SortFunc(sorted[size[b]:size[b+1]], func(x, y posting) int {
				switch {
				case x.key < y.key:
					return -1
				case x.key > y.key:
					return 1
				}
				return int(x.mention) - int(y.mention)
			})
		}
		return struct{}{}
	})
	copy(all, sorted)
}

// inParallel runs f over n things in as many stretches as there are cores and
// returns what each gave, in order. What f gives for a thing must not depend on
// the stretch it is in.
func inParallel[T any](n int, f func(from, to int) T) []T {
	stretches := max(1, min(runtime.GOMAXPROCS(0)*4, n/64))
	out := make([]T, stretches)
	var all sync.WaitGroup
	limit := make(chan struct{}, runtime.GOMAXPROCS(0))
	for s := range stretches {
		limit <- struct{}{}
		all.Go(func() {
			out[s] = f(n*s/stretches, n*(s+1)/stretches)
			<-limit
		})
	}
	all.Wait()
	return out
}
