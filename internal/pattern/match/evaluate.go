package match

// An Evaluation sets what was decided against a known answer. Precision, recall
// and F1 are between 0 and 1; F1 is 0 when nothing is right.
type Evaluation struct {
	Right, Wrong, Missed     int // pairs of mentions
	Precision, Recall, F1    float64
	BPrecision, BRecall, BF1 float64 // B-cubed: the same, averaged over mentions
	People, True             int
}

// Evaluate compares the persons of mentions with the truth, by mention. An
// empty truth is a mention nobody has an answer for; it is left out.
func Evaluate(person []int32, truth []string) Evaluation {
	type cell struct {
		person int32
		truth  string
	}
	cells, people, true_ := map[cell]int{}, map[int32]int{}, map[string]int{}
	n := 0
	for i, p := range person {
		if truth[i] == "" {
			continue
		}
		n++
		cells[cell{p, truth[i]}]++
		people[p]++
		true_[truth[i]]++
	}
	e := Evaluation{People: len(people), True: len(true_)}
	pairs := func(k int) int { return k * (k - 1) / 2 }
	var said, are int
	for _, k := range people {
		said += pairs(k)
	}
	for _, k := range true_ {
		are += pairs(k)
	}
	var p2, r2 float64 // sums of whole numbers over whole numbers, one cell at a time
	for c, k := range cells {
		e.Right += pairs(k)
		p2 += float64(k*k) / float64(people[c.person])
		r2 += float64(k*k) / float64(true_[c.truth])
	}
	e.Wrong, e.Missed = said-e.Right, are-e.Right
	e.Precision, e.Recall, e.F1 = ratios(float64(e.Right), float64(said), float64(are))
	if n > 0 {
		e.BPrecision, e.BRecall = p2/float64(n), r2/float64(n)
		if e.BPrecision+e.BRecall > 0 {
			e.BF1 = 2 * e.BPrecision * e.BRecall / (e.BPrecision + e.BRecall)
		}
	}
	return e
}

func ratios(right, said, are float64) (p, r, f float64) {
	if said > 0 {
		p = right / said
	}
	if are > 0 {
		r = right / are
	}
	if p+r > 0 {
		f = 2 * p * r / (p + r)
	}
	return p, r, f
}
