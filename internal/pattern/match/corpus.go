package match

import "slices"

// A Corpus is every mention to be resolved, and the reports that join them.
type Corpus struct {
	dict     dictionary
	ids      map[uint64]uint32 // feature by hash
	wordIDs  map[string]uint32
	off      []uint32 // features of mention i are feats[off[i]:off[i+1]]
	feats    []uint32
	kinds    []kind // of each of feats
	born     []birth
	sex      []byte
	file     []uint8
	reports  [][2]int32
	reportOf []int32 // by mention: its report, or -1
}

// NewCorpus returns an empty corpus.
func NewCorpus() *Corpus {
	return &Corpus{ids: map[uint64]uint32{}, wordIDs: map[string]uint32{}, off: []uint32{0}}
}

// Len is the number of mentions.
func (c *Corpus) Len() int { return len(c.born) }

// Add takes a mention in and returns its index, counted from 0. It keeps none
// of the mention's strings.
func (c *Corpus) Add(m Mention) int32 {
	p := Prepare(m)
	return c.AddPrepared(&p)
}

// AddPrepared is Add for a mention in normal form.
func (c *Corpus) AddPrepared(p *Prepared) int32 {
	for _, f := range p.features {
		c.feats, c.kinds = append(c.feats, c.feature(f)), append(c.kinds, f.kind)
	}
	c.off = append(c.off, uint32(len(c.feats)))
	c.born, c.sex = append(c.born, p.born), append(c.sex, p.sex)
	c.file, c.reportOf = append(c.file, 0), append(c.reportOf, -1)
	return int32(len(c.born) - 1)
}

// AddFrom is Add for a mention of one of several files, numbered from 0.
func (c *Corpus) AddFrom(file uint8, m Mention) int32 {
	i := c.Add(m)
	c.file[i] = file
	return i
}

// AddReport says that two mentions are the victim and the suspect of one
// report. A party nobody named is -1.
func (c *Corpus) AddReport(victim, suspect int32) {
	n := int32(len(c.reports))
	c.reports = append(c.reports, [2]int32{victim, suspect})
	for _, m := range [2]int32{victim, suspect} {
		if m >= 0 {
			c.reportOf[m] = n
		}
	}
}

func (c *Corpus) feature(f feature) uint32 {
	id, ok := c.ids[f.hash]
	if !ok {
		id = c.dict.add(f, c.wordIDs)
		c.ids[f.hash] = id
	}
	c.dict.count[id]++
	return id
}

func (d *dictionary) add(f feature, wordIDs map[string]uint32) uint32 {
	id := uint32(len(d.kind))
	d.kind, d.count = append(d.kind, f.kind), append(d.count, 0)
	word := uint32(0)
	if named(f.kind) {
		w, ok := wordIDs[f.text]
		if !ok {
			w = d.addWord(f.text)
			wordIDs[d.text[w]] = w
		}
		word = w
	}
	d.word = append(d.word, word)
	return id
}

func (d *dictionary) addWord(text string) uint32 {
	t := string([]byte(text)) // let go of the row it came from
	d.text, d.sound, d.sig = append(d.text, t), append(d.sound, sound(t)), append(d.sig, letterSet(t))
	return uint32(len(d.text) - 1)
}

func (c *Corpus) view(i int32) view {
	from, to := c.off[i], c.off[i+1]
	return view{c.feats[from:to], c.kinds[from:to], c.born[i], c.sex[i]}
}

// alike is the same for two mentions only if all that tells people apart is written
// the same in both.
func (c *Corpus) alike(i int32) uint64 {
	v := c.view(i)
	h := mix(uint64(v.born)<<8 | uint64(v.sex))
	for _, f := range v.features {
		h = mix(h*0x9e3779b97f4a7c15 ^ uint64(f))
	}
	return h
}

func (c *Corpus) empty(i int32) bool { return c.off[i] == c.off[i+1] && c.born[i] == 0 }

// pairOf makes a dictionary of two mentions alone, with how common each value
// is taken from count.
func pairOf(a, b *Prepared, count func(*feature) uint32) (d dictionary, va, vb view) {
	var hashes []uint64
	wordIDs := map[string]uint32{}
	take := func(p *Prepared) view {
		v := view{make([]uint32, 0, len(p.features)), make([]kind, 0, len(p.features)), p.born, p.sex}
		for i := range p.features {
			f := &p.features[i]
			id := slices.Index(hashes, f.hash)
			if id < 0 {
				id = int(d.add(*f, wordIDs))
				hashes = append(hashes, f.hash)
				d.count[id] = count(f)
			}
			v.features, v.kinds = append(v.features, uint32(id)), append(v.kinds, f.kind)
		}
		return v
	}
	va, vb = take(a), take(b)
	return d, va, vb
}
