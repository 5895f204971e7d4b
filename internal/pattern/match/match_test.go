package match_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"clew/internal/pattern/match"
)

func resolve(t *testing.T, all []match.Mention, o match.Options) *match.Result {
	t.Helper()
	c := match.NewCorpus()
	for _, m := range all {
		c.Add(m)
	}
	r, err := match.Resolve(t.Context(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestTwoMentions asks of two mentions alone, with nothing learnt: one person?
func TestTwoMentions(t *testing.T) {
	home := []string{"12 Alder Row, Northmoor"}
	for _, c := range []struct {
		name string
		a, b match.Mention
		same bool
	}{
		{"a slip in the name", match.Mention{Given: "Katherine", Family: "Ashdown", Born: "03/02/1987"}, match.Mention{Given: "Kathrine", Family: "Ashdwon", Born: "1987-02-03"}, true},
		{"a short name and a phone written two ways", match.Mention{Given: "Edward", Family: "Farrow", Phones: []string{"07700 900101"}}, match.Mention{Given: "Ted", Family: "Farrow", Phones: []string{"+44 (0)7700 900 101"}}, true},
		{"day and month changed places", match.Mention{Given: "Mara", Family: "Quill", Born: "1991-04-02", Postcodes: []string{"QX1 2AB"}}, match.Mention{Given: "Mara", Family: "Quill", Born: "1991-02-04", Postcodes: []string{"qx12ab"}}, true},
		{"given and family name changed places", match.Mention{Given: "Wei", Family: "Zhang", Born: "1990-05-17"}, match.Mention{Given: "Zhang", Family: "Wei", Born: "17/05/1990"}, true},
		{"a married name after a hyphen", match.Mention{Given: "Jo", Family: "Penn-Harlow", Born: "1985-11-30"}, match.Mention{Given: "Joanna", Family: "Penn", Born: "1985-11-30"}, true},
		{"accents and another spelling", match.Mention{Given: "Małgorzata", Family: "Wójcik", Born: "1979-08-21"}, match.Mention{Given: "Malgorzata", Family: "Wojcik", Born: "1979-08-21"}, true},
		{"an alias", match.Mention{Given: "Edwin", Family: "Farrow", Aliases: []string{"Sparky Vane"}, Born: "1984-03-09"}, match.Mention{Given: "Sparky", Family: "Vane", Born: "1984-03-09"}, true},
		{"an NHS number from two agencies", match.Mention{Given: "Sam", Family: "Orme", Refs: []string{"infirmary:943 476 5919"}}, match.Mention{Given: "Samantha", Family: "Tull", Refs: []string{"surgery:9434765919"}}, true},
		{"a PNC id in two forms", match.Mention{Given: "Lee", Refs: []string{"northmoor:1981/0000034U"}}, match.Mention{Given: "Lee", Family: "Bray", Refs: []string{"coastal:81/34U"}}, true},
		{"twins at home", match.Mention{Given: "Amy", Family: "Locke", Born: "2004-06-01", Addresses: home, Phones: []string{"07700 900200"}}, match.Mention{Given: "Beth", Family: "Locke", Born: "2004-06-01", Addresses: home, Phones: []string{"07700 900200"}}, false},
		{"father and son of one name", match.Mention{Given: "John", Family: "Locke", Born: "1960-06-01", Addresses: home}, match.Mention{Given: "John", Family: "Locke", Born: "1988-02-11", Addresses: home}, false},
		{"a shared phone", match.Mention{Given: "Priya", Family: "Nair", Phones: []string{"07700 900201"}}, match.Mention{Given: "Owen", Family: "Tull", Phones: []string{"07700 900201"}}, false},
		{"a common name and no more", match.Mention{Given: "John", Family: "Smith"}, match.Mention{Given: "John", Family: "Smith"}, false},
		{"no names", match.Mention{Given: "N/K", Family: "UNKNOWN", Born: "01/01/1900"}, match.Mention{Given: "TBC", Family: "Not known", Born: "01/01/1900"}, false},
		{"a date that systems fill in", match.Mention{Given: "Ali", Family: "Khan", Born: "1980-01-01"}, match.Mention{Given: "Sara", Family: "Khan", Born: "1980-01-01"}, false},
		{"two numbers of two agencies that look alike", match.Mention{Given: "Ann", Family: "Bell", Refs: []string{"a:1001"}}, match.Mention{Given: "Ann", Family: "Cole", Refs: []string{"b:1001"}}, false},
	} {
		r := resolve(t, []match.Mention{c.a, c.b}, match.Options{})
		if same := r.Person[0] == r.Person[1]; same != c.same {
			a, b := match.Prepare(c.a), match.Prepare(c.b)
			s := r.Model.Score(&a, &b)
			t.Errorf("%s: one person %v, want %v: %s %+v", c.name, same, c.same, s.Sentence(), s.Bits)
		}
	}
}

// people makes invented mentions, several of each person, with slips.
func people(n int, seed uint64) (all []match.Mention, truth []string) {
	r := rand.New(rand.NewPCG(seed, 1))
	pick := func(list string) string { f := strings.Fields(list); return f[r.IntN(len(f))] }
	for p := 0; len(all) < n; p++ {
		given := pick("amy beth carl dina evan fern glen hope ivor jean kyle lena marc nora omar petra rhys sian tom una vera will yusuf zara catrin huw idris mabel")
		family := pick("ash bray cole dunn elms frost gale hart ince jory keel lamb moss nye orme pike quill reed shaw tull vane west yeo alder birch cobb drew esk flint") + pick("s er ton ley by den wick ford ham worth field more man wood land shaw")
		born := fmt.Sprintf("%d-%02d-%02d", 1950+r.IntN(55), 1+r.IntN(12), 1+r.IntN(28))
		phone := fmt.Sprintf("07700 9%05d", r.IntN(100000))
		post := fmt.Sprintf("QX%d %d%c%c", 1+r.IntN(40), r.IntN(10), 'A'+rune(r.IntN(26)), 'A'+rune(r.IntN(26)))
		for range 1 + r.IntN(4) {
			m := match.Mention{Given: given, Family: family}
			if r.IntN(10) < 8 {
				m.Born = born
			}
			if r.IntN(10) < 7 {
				m.Phones = []string{phone}
			}
			if r.IntN(10) < 6 {
				m.Postcodes = []string{post}
			}
			if r.IntN(10) == 0 {
				m.Family = m.Family[:2] + m.Family[3:]
			}
			all, truth = append(all, m), append(truth, fmt.Sprint(p))
		}
	}
	return all, truth
}

func TestResolveManyPeople(t *testing.T) {
	all, truth := people(8000, 7)
	e := match.Evaluate(resolve(t, all, match.Options{}).Person, truth)
	if e.Precision < .995 || e.Recall < .9 {
		t.Errorf("%+v", e)
	}
}

func TestSameResultOnAnyNumberOfCores(t *testing.T) {
	all, _ := people(3000, 3)
	many := resolve(t, all, match.Options{})
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one := resolve(t, all, match.Options{})
	if !reflect.DeepEqual(one.Person, many.Person) || !reflect.DeepEqual(one.Probability, many.Probability) {
		t.Error("one core and many give different people")
	}
	var a, b bytes.Buffer
	if err := one.Model.Save(&a); err != nil {
		t.Fatal(err)
	}
	if err := many.Model.Save(&b); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("one core and many learn different models")
	}
}

func TestSwitchboardPhoneMergesNobody(t *testing.T) {
	all, truth := people(4000, 5)
	for i := range all {
		all[i].Phones = append(all[i].Phones, "01632 960000")
	}
	r := resolve(t, all, match.Options{})
	if e := match.Evaluate(r.Person, truth); e.Precision < .99 {
		t.Errorf("%+v", e)
	}
	found := false
	for _, c := range r.Capped {
		found = found || c.Kind == "phone" && c.Mentions == len(all)
	}
	if !found {
		t.Errorf("the shared phone is not among the values too common to search by: %v", r.Capped)
	}
}

func TestEveryoneOfOneName(t *testing.T) {
	var all []match.Mention
	for i := range 2000 {
		all = append(all, match.Mention{Given: "John", Family: "Smith", Born: fmt.Sprintf("%d-%02d-%02d", 1950+i%50, 1+i%12, 1+i/50%28)})
	}
	r := resolve(t, all, match.Options{})
	for i, p := range r.Person {
		if all[i].Born != all[p].Born {
			t.Fatalf("John Smith born %s and John Smith born %s are merged", all[i].Born, all[p].Born)
		}
	}
}

func TestDecisionsAlwaysWin(t *testing.T) {
	all, _ := people(600, 9)
	r := rand.New(rand.NewPCG(1, 9))
	for range 20 {
		var ds []match.Decision
		used := map[int32]bool{}
		for len(ds) < 40 {
			a, b := int32(r.IntN(len(all))), int32(r.IntN(len(all)))
			if a == b || used[a] || used[b] {
				continue
			}
			used[a], used[b] = true, true
			ds = append(ds, match.Decision{A: a, B: b, Same: r.IntN(2) == 0})
		}
		plain := resolve(t, all, match.Options{})
		for i := 0; i+1 < len(all) && len(ds) < 60; i++ { // and part some that belong together
			if !used[int32(i)] && !used[int32(i+1)] && plain.Person[i] == plain.Person[i+1] {
				used[int32(i)], used[int32(i+1)] = true, true
				ds = append(ds, match.Decision{A: int32(i), B: int32(i + 1)})
			}
		}
		got := resolve(t, all, match.Options{Decisions: ds})
		for _, d := range ds {
			if (got.Person[d.A] == got.Person[d.B]) != d.Same {
				t.Fatalf("decision %+v did not hold", d)
			}
		}
	}
}

func TestNobodyStandsOnBothSidesOfAReport(t *testing.T) {
	all, _ := people(600, 9)
	r := rand.New(rand.NewPCG(2, 9))
	c := match.NewCorpus()
	var sides [][2]int32
	apart := 0 // reports whose sides the evidence alone makes one person
	plain := resolve(t, all, match.Options{})
	for i := 0; i+1 < len(all); i += 2 { // neighbours are often one person
		v, s := c.Add(all[i]), c.Add(all[i+1])
		c.AddReport(v, s)
		sides = append(sides, [2]int32{v, s})
		if plain.Person[i] == plain.Person[i+1] {
			apart++
		}
	}
	if apart < 20 {
		t.Fatalf("only %d reports try it", apart)
	}
	for range 300 { // reports that name people held already
		i, j := r.IntN(len(all)), r.IntN(len(all))
		v, s := c.Add(all[i]), c.Add(all[j])
		c.AddReport(v, s)
		sides = append(sides, [2]int32{v, s})
	}
	got, err := match.Resolve(t.Context(), c, match.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range sides {
		if got.Person[p[0]] == got.Person[p[1]] {
			t.Fatalf("mentions %d and %d, victim and suspect of one report, are one person", p[0], p[1])
		}
	}
	decided, err := match.Resolve(t.Context(), c, match.Options{Decisions: []match.Decision{{A: sides[0][0], B: sides[0][1], Same: true}}})
	if err != nil || decided.Person[sides[0][0]] != decided.Person[sides[0][1]] {
		t.Errorf("somebody decided that they are one, and they are not: %v", err)
	}
}

func TestDecisionsThatContradict(t *testing.T) {
	c := match.NewCorpus()
	for range 3 {
		c.Add(match.Mention{Given: "Ann", Family: "Bell"})
	}
	_, err := match.Resolve(t.Context(), c, match.Options{Decisions: []match.Decision{{A: 0, B: 1, Same: true}, {A: 1, B: 2, Same: true}, {A: 0, B: 2}}})
	if err == nil || !strings.Contains(err.Error(), "contradict") {
		t.Errorf("got %v", err)
	}
}

func TestScoreSumsAndMirrors(t *testing.T) {
	all, _ := people(400, 11)
	m := resolve(t, all, match.Options{}).Model
	r := rand.New(rand.NewPCG(2, 2))
	for range 4000 {
		a, b := match.Prepare(all[r.IntN(len(all))]), match.Prepare(all[r.IntN(len(all))])
		s, mirrored := m.Score(&a, &b), m.Score(&b, &a)
		sum := int32(0)
		for _, f := range s.Bits {
			sum += f.MilliBits
		}
		if sum != s.Total {
			t.Fatalf("bits sum to %d, total is %d: %+v", sum, s.Total, s.Bits)
		}
		if !reflect.DeepEqual(s, mirrored) {
			t.Fatalf("a against b is %+v, b against a is %+v", s, mirrored)
		}
		if c := s.Same + s.Household + s.Different; math.Abs(c-1) > 1e-9 {
			t.Fatalf("chances sum to %v", c)
		}
		if odds := math.Log2(s.Same / (1 - s.Same)); s.Same > 1e-6 && s.Same < 1-1e-6 && math.Abs(odds*1000-float64(s.Total)) > 1 {
			t.Fatalf("total %d, odds %v", s.Total, odds)
		}
	}
}

func TestPairsSumToTheirScores(t *testing.T) {
	all, _ := people(500, 13)
	n := 0
	resolve(t, all, match.Options{Pairs: func(p match.Pair) {
		n++
		sum := int32(0)
		for _, f := range p.Score.Bits {
			sum += f.MilliBits
		}
		if sum != p.Score.Total || p.A >= p.B {
			t.Fatalf("%+v", p)
		}
	}})
	if n == 0 {
		t.Error("no pairs were told")
	}
}

func TestSparseSuspectsOfOneVictim(t *testing.T) {
	c := match.NewCorpus()
	victim := match.Mention{Given: "Mara", Family: "Quill", Born: "1991-04-02", Phones: []string{"07700 900101"}}
	other := match.Mention{Given: "Nia", Family: "Wren", Born: "1975-01-09", Phones: []string{"07700 900300"}}
	add := func(v, s match.Mention) {
		x := c.Add(v)
		y := int32(-1)
		if !reflect.DeepEqual(s, match.Mention{}) {
			y = c.Add(s)
		}
		c.AddReport(x, y)
	}
	add(victim, match.Mention{Given: "Lee", Family: "Bray", Born: "1988-07-07"})
	add(victim, match.Mention{Given: "Lee"})
	add(victim, match.Mention{Given: "Leigh", Family: "Bray"})
	add(victim, match.Mention{Given: "Darren"})
	add(victim, match.Mention{}) // nobody named
	add(other, match.Mention{Given: "Lee"})
	r, err := match.Resolve(t.Context(), c, match.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := r.Pair
	if p[0] != p[1] || p[0] != p[2] {
		t.Errorf("reports of one Lee are apart: %v", p)
	}
	if p[3] == p[0] || p[5] == p[0] {
		t.Errorf("another man, or another victim's Lee, is joined: %v", p)
	}
	if p[4] != -1 {
		t.Errorf("a report that names nobody has pair %d", p[4])
	}
}

func TestScorePair(t *testing.T) {
	m := match.DefaultModel()
	prepare := func(x match.Mention) *match.Prepared { p := match.Prepare(x); return &p }
	mara := prepare(match.Mention{Given: "Mara", Family: "Quill", Born: "1991-04-02", Phones: []string{"07700 900101"}})
	nia := prepare(match.Mention{Given: "Nia", Family: "Wren", Born: "1975-01-09"})
	bray, lee, darren, nobody := prepare(match.Mention{Given: "Lee", Family: "Bray", Born: "1988-07-07"}), prepare(match.Mention{Given: "Lee"}), prepare(match.Mention{Given: "Darren", Family: "Cole"}), prepare(match.Mention{})
	if s := m.ScorePair(mara, lee, mara, bray); s.SamePair < .9 {
		t.Errorf("one victim, Lee and Lee Bray: %+v", s)
	}
	if s := m.ScorePair(mara, darren, mara, bray); s.SameVictimOnly < .9 {
		t.Errorf("one victim, two men: %+v", s)
	}
	if s := m.ScorePair(nia, bray, mara, bray); s.SameSuspectOnly < .9 {
		t.Errorf("one man, two victims: %+v", s)
	}
	if s := m.ScorePair(nia, lee, mara, bray); s.Neither < .9 {
		t.Errorf("two Lees: %+v", s)
	}
	if s := m.ScorePair(mara, nobody, mara, nobody); s.SamePair > 1e-6 {
		t.Errorf("nobody is nobody's match: %+v", s)
	}
}

func TestModelIsSavedAndReadBack(t *testing.T) {
	all, _ := people(2000, 15)
	first := resolve(t, all, match.Options{})
	var b bytes.Buffer
	if err := first.Model.Save(&b); err != nil {
		t.Fatal(err)
	}
	m, err := match.LoadModel(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	again := resolve(t, all, match.Options{Model: m})
	if !reflect.DeepEqual(first.Person, again.Person) {
		t.Error("a model that was saved gives other people")
	}
	for _, bad := range []string{"", "{}", `{"clew":"match-model/1"}`, strings.Replace(b.String(), `"one_person": 0.`, `"one_person": -0.`, 1)} {
		if _, err := match.LoadModel(strings.NewReader(bad)); err == nil {
			t.Errorf("read a model from %.40q", bad)
		}
	}
}

func TestKeysFindSlips(t *testing.T) {
	a := match.Prepare(match.Mention{Given: "Muhammad", Family: "Hussain", Born: "1990-03-04"})
	b := match.Prepare(match.Mention{Given: "Mohamed", Family: "Husain", Born: "1990-03-05"})
	keys := map[uint64]bool{}
	for _, k := range a.Keys() {
		keys[k] = true
	}
	for _, k := range b.Keys() {
		if keys[k] {
			return
		}
	}
	t.Errorf("two spellings of one name share no key: %v, %v", match.SoundKeys("Muhammad Hussain"), match.SoundKeys("Mohamed Husain"))
}

func FuzzPrepare(f *testing.F) {
	f.Add("Jo-Anne (nee O’Hara)", "van der Berg", "01/01/1900", "+44 7700 900101;x", "QX1 2AB")
	f.Add("محمد", "אבג", "31/31/31", "0", "\x00\xff")
	f.Fuzz(func(t *testing.T, given, family, born, phone, post string) {
		p := match.Prepare(match.Mention{Given: given, Family: family, Aliases: []string{post}, Born: born, Refs: []string{phone}, Phones: []string{phone}, Emails: []string{given},
			Handles: []string{family}, Addresses: []string{given + " " + post}, Postcodes: []string{post}, Vehicles: []string{post}})
		b, err := p.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var back match.Prepared
		if err := back.UnmarshalBinary(b); err != nil {
			t.Fatalf("what was kept cannot be read: %v", err)
		}
		if !reflect.DeepEqual(p, back) {
			t.Fatalf("kept %+v, read back %+v", p, back)
		}
		if s := match.DefaultModel().Score(&p, &back); s.Same+s.Household+s.Different > 1.000001 {
			t.Fatalf("%+v", s)
		}
	})
}

func FuzzUnmarshal(f *testing.F) {
	p := match.Prepare(match.Mention{Given: "Ann", Family: "Bell", Born: "1980-02-03", Phones: []string{"07700900100"}})
	b, _ := p.MarshalBinary()
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		var p match.Prepared
		if p.UnmarshalBinary(b) == nil {
			p.Keys()
			match.DefaultModel().Score(&p, &p)
		}
	})
}

func FuzzLoadModel(f *testing.F) {
	var b bytes.Buffer
	if err := match.DefaultModel().Save(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := match.LoadModel(bytes.NewReader(b)); err == nil {
			p := match.Prepare(match.Mention{Given: "Ann"})
			m.Score(&p, &p)
		}
	})
}
