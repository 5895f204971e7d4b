package match

import "math/bits"

// A dictionary knows each feature once, and how common it is.
type dictionary struct {
	kind  []kind
	count []uint32 // mentions that have it
	word  []uint32 // for name words: the same for the same text, whatever its kind
	text  []string // by word
	sound []string // by word
	sig   []uint32 // by word: which letters it holds
}

func letterSet(w string) (s uint32) {
	for i := range len(w) {
		s |= 1 << (w[i] & 31)
	}
	return s
}

// A view is a mention as its features in a dictionary, in order of kind.
type view struct {
	features []uint32
	kinds    []kind // of each feature
	born     birth
	sex      byte
}

// evidence is how two mentions compare, and how many mentions share the value
// they agree on, where that matters.
type evidence struct {
	pattern pattern
	common  [fields]uint32 // mentions that have the value; 0 where it does not matter
}

// A parted view has its features by kind.
type parted [kinds][]uint32

// part parts a view: its features are in order of kind. The kinds stand beside
// the features, so that nothing need be fetched from far.
func (v *view) part() (p parted) {
	for from := 0; from < len(v.kinds); {
		k, to := v.kinds[from], from+1
		for to < len(v.kinds) && v.kinds[to] == k {
			to++
		}
		p[k] = v.features[from:to]
		from = to
	}
	return p
}

// compare compares two mentions field by field. It does not matter which comes
// first.
func (d *dictionary) compare(a, b *view) (e evidence) {
	pa, pb := a.part(), b.part()
	d.names(&e, &pa, &pb)
	e.pattern[fBorn] = compareBirth(a.born, b.born)
	for _, x := range [...]struct {
		f field
		k kind
	}{{fPhone, kPhone}, {fEmail, kEmail}, {fHandle, kHandle}, {fNational, kNational}, {fVehicle, kVehicle}} {
		d.sharedValue(&e, x.f, pa[x.k], pb[x.k])
	}
	d.refs(&e, &pa, &pb)
	d.address(&e, pa[kAddress], pb[kAddress])
	d.postcode(&e, &pa, &pb)
	if a.sex != 0 && b.sex != 0 {
		e.pattern[fSex] = shared
		if a.sex != b.sex {
			e.pattern[fSex] = notShared
		}
	}
	return e
}

func (d *dictionary) sharedValue(e *evidence, f field, a, b []uint32) {
	if len(a) == 0 || len(b) == 0 {
		return
	}
	e.pattern[f] = notShared
	if n, ok := d.rarest(a, b); ok {
		e.pattern[f], e.common[f] = shared, n
	}
}

// rarest is how many mentions have the rarest value that both lists hold.
func (d *dictionary) rarest(a, b []uint32) (n uint32, ok bool) {
	for _, x := range a {
		for _, y := range b {
			if x == y && (!ok || d.count[x] < n) {
				n, ok = d.count[x], true
			}
		}
	}
	return n, ok
}

func (d *dictionary) refs(e *evidence, a, b *parted) {
	if n, ok := d.rarest(a[kRef], b[kRef]); ok {
		e.pattern[fRef], e.common[fRef] = refSame, n
	} else if _, ok := d.rarest(a[kIssuer], b[kIssuer]); ok {
		e.pattern[fRef] = refDiffer
	}
}

// address weighs the words both addresses hold by how rare they are.
func (d *dictionary) address(e *evidence, a, b []uint32) {
	if len(a) == 0 || len(b) == 0 {
		return
	}
	n := 0
	for _, x := range a {
		for _, y := range b {
			if x == y {
				n++
				break
			}
		}
	}
	least := min(len(a), len(b))
	switch {
	case n == least && n >= 3, n >= 5 && n*10 >= least*9:
		e.pattern[fAddress] = addressFull
		e.common[fAddress], _ = d.rarest(a, b)
	case n*3 >= least*2 && n >= 2:
		e.pattern[fAddress] = addressMost
	case n*3 >= least:
		e.pattern[fAddress] = addressSome
	default:
		e.pattern[fAddress] = addressDiffer
	}
}

func (d *dictionary) postcode(e *evidence, a, b *parted) {
	if len(a[kPostcode]) == 0 || len(b[kPostcode]) == 0 {
		return
	}
	if n, ok := d.rarest(a[kPostcode], b[kPostcode]); ok {
		e.pattern[fPostcode], e.common[fPostcode] = postcodeSame, n
	} else if _, ok := d.rarest(a[kDistrict], b[kDistrict]); ok {
		e.pattern[fPostcode] = postcodeDistrict
	} else {
		e.pattern[fPostcode] = postcodeDiffer
	}
}

// names compares given and family names as whole sets of words.
func (d *dictionary) names(e *evidence, a, b *parted) {
	ga, gb, fa, fb := a[kGiven], b[kGiven], a[kFamily], b[kFamily]
	aa, ab := a[kAlias], b[kAlias]
	if (len(ga) > 0 || len(aa) > 0) && (len(gb) > 0 || len(ab) > 0) {
		e.pattern[fGiven], e.common[fGiven] = d.given(ga, gb, aa, ab)
	}
	if (len(fa) > 0 || len(aa) > 0) && (len(fb) > 0 || len(ab) > 0) {
		e.pattern[fFamily], e.common[fFamily] = d.family(fa, fb, aa, ab)
	}
	// An alias alone proves no disagreement: it may be half a name.
	if e.pattern[fGiven] == givenDiffer && (len(ga) == 0 || len(gb) == 0) {
		e.pattern[fGiven] = 0
	}
	if e.pattern[fFamily] == familyDiffer && (len(fa) == 0 || len(fb) == 0) {
		e.pattern[fFamily] = 0
	}
	if e.pattern[fGiven] >= givenOther && e.pattern[fFamily] == familyDiffer && d.swapped(ga, fb) && d.swapped(gb, fa) {
		e.pattern[fGiven], e.pattern[fFamily] = givenExact, familySwapped
		e.common[fGiven] = min(d.least(ga), d.least(gb))
		return
	}
}

func (d *dictionary) least(all []uint32) (n uint32) {
	for i, x := range all {
		if i == 0 || d.count[x] < n {
			n = d.count[x]
		}
	}
	return n
}

// swapped reports whether the first given name is, or is spelt like, one of the family names.
func (d *dictionary) swapped(given, family []uint32) bool {
	for _, g := range given {
		for _, f := range family {
			if x, y := d.word[g], d.word[f]; x == y || d.close(x, y) {
				return true
			}
		}
	}
	return false
}

// given compares the first given name first, for it is the one in use; then any other.
func (d *dictionary) given(a, b, aliasA, aliasB []uint32) (level uint8, common uint32) {
	best := uint8(givenDiffer)
	take := func(x, y uint32, first bool) {
		l := d.forename(d.word[x], d.word[y])
		if !first && l == givenInitial {
			l = givenDiffer
		}
		if !first && l < givenOther && l != givenExact {
			l = givenOther
		}
		if l < best {
			best = l
			if l == givenExact {
				common = min(d.count[x], d.count[y])
			}
		}
	}
	for i, x := range a {
		for j, y := range b {
			first := i == 0 && j == 0
			if !first && d.word[x] == d.word[y] {
				if i == 0 || j == 0 { // John in "Mark John": known by either
					if best > givenOther {
						best = givenOther
					}
				}
				continue
			}
			if first {
				take(x, y, true)
			}
		}
		for _, y := range aliasB {
			take(x, y, false)
		}
	}
	for _, x := range aliasA {
		for _, y := range b {
			take(x, y, false)
		}
		for _, y := range aliasB {
			take(x, y, false)
		}
	}
	return best, common
}

func (d *dictionary) forename(x, y uint32) uint8 {
	if x == y {
		if len(d.text[x]) == 1 {
			return givenInitial
		}
		return givenExact
	}
	tx, ty := d.text[x], d.text[y]
	switch {
	case len(tx) == 1 || len(ty) == 1:
		if tx[0] == ty[0] {
			return givenInitial
		}
	case nickname(tx, ty), begins(tx, ty), begins(ty, tx):
		return givenNick
	case d.close(x, y):
		return givenClose
	}
	return givenDiffer
}

// begins reports whether a name is the beginning of another, as Russ is of Russell.
func begins(short, long string) bool {
	return len(short) >= 3 && len(short) < len(long) && long[:len(short)] == short
}

func (d *dictionary) family(a, b, aliasA, aliasB []uint32) (level uint8, common uint32) {
	level = familyDiffer
	if len(a) > 0 && len(a) == len(b) {
		same := true
		for i := range a {
			same = same && d.has(b, a[i])
		}
		if same {
			return familyExact, d.least(a)
		}
	}
	look := func(p, q []uint32) {
		for _, x := range p {
			for _, y := range q {
				wx, wy := d.word[x], d.word[y]
				switch {
				case wx == wy && len(d.text[wx]) > 1:
					if level != familyPart || d.count[x] < common {
						level, common = familyPart, min(d.count[x], d.count[y])
					}
				case level == familyDiffer && d.close(wx, wy):
					level = familyClose
				}
			}
		}
	}
	look(a, b)
	look(a, aliasB)
	look(aliasA, b)
	look(aliasA, aliasB)
	return level, common
}

func (d *dictionary) has(all []uint32, x uint32) bool {
	for _, y := range all {
		if x == y {
			return true
		}
	}
	return false
}

// close reports whether two words are likely spellings of one: alike by Jaro
// and Winkler, or one slip of the keyboard apart, or alike in sound and length.
func (d *dictionary) close(x, y uint32) bool {
	a, b := d.text[x], d.text[y]
	la, lb := len(a), len(b)
	if la < 3 || lb < 3 || la-lb > 3 || lb-la > 3 {
		return false
	}
	if bits.OnesCount32(d.sig[x]^d.sig[y]) > 4 {
		return false
	}
	if jaroWinkler(a, b) >= .92 {
		return true
	}
	return la >= 4 && lb >= 4 && (oneSlip(a, b) || d.sound[x] == d.sound[y] && a[0] == b[0] && len(d.sound[x]) > 2)
}

// jaroWinkler is the likeness of two words, 0 to 1 (Winkler 1990): bytes, with
// up to four of a shared beginning counted again.
func jaroWinkler(a, b string) float64 {
	la, lb := len(a), len(b)
	if la > 64 || lb > 64 {
		return 0
	}
	window := max(max(la, lb)/2-1, 0)
	var hitA, hitB uint64
	m := 0
	for i := range la {
		for j := max(0, i-window); j < min(lb, i+window+1); j++ {
			if hitB>>uint(j)&1 == 0 && a[i] == b[j] {
				hitA |= 1 << uint(i)
				hitB |= 1 << uint(j)
				m++
				break
			}
		}
	}
	if m == 0 {
		return 0
	}
	half := 0
	for hitA != 0 {
		i, j := bits.TrailingZeros64(hitA), bits.TrailingZeros64(hitB)
		if a[i] != b[j] {
			half++
		}
		hitA &= hitA - 1
		hitB &= hitB - 1
	}
	f := float64(m)
	jaro := (f/float64(la) + f/float64(lb) + (f-float64(half)/2)/f) / 3
	p := 0
	for p < 4 && p < la && p < lb && a[p] == b[p] {
		p++
	}
	return jaro + float64(p)*.1*(1-jaro)
}

// oneSlip reports whether one letter was added, left out, changed, or changed
// places with the next.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch len(b) - len(a) {
	case 0:
		return i == len(a) || a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
	case 1:
		return a[i:] == b[i+1:]
	}
	return false
}
