package demo

import "math/bits"

// A random is splitmix64. It is written out here, and uses whole numbers only,
// so that a demo is the same to the byte under every Go version and on every
// processor.
type random struct{ state uint64 }

// of is a stream of its own for a thing: the same seed and numbers, the same stream.
func of(seed, a, b uint64) random {
	return random{scramble(seed ^ scramble(a^scramble(b+0x9e3779b97f4a7c15)))}
}

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	return scramble(r.state)
}

func scramble(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// n is at least 0 and less than k, which must be above 0.
func (r *random) n(k int) int {
	high, _ := bits.Mul64(r.next(), uint64(k))
	return int(high)
}

// between is at least low and at most high.
func (r *random) between(low, high int) int { return low + r.n(high-low+1) }

// chance is true so many times in a thousand.
func (r *random) chance(permille int) bool { return r.n(1000) < permille }

// pick is one of all, each as likely.
func pick[T any](r *random, all []T) T { return all[r.n(len(all))] }

// weights draws an index by weight.
type weights []int // running totals

func weigh(each ...int) weights {
	w, sum := make(weights, len(each)), 0
	for i, v := range each {
		sum += v
		w[i] = sum
	}
	return w
}

func (w weights) draw(r *random) int {
	v := r.n(w[len(w)-1])
	low, high := 0, len(w)-1
	for low < high {
		if mid := (low + high) / 2; w[mid] > v {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return low
}

// falling weighs n things so that the first is the commonest and the rest thin
// out, as names do: 1/(i+ease).
func falling(n, ease int) weights {
	each := make([]int, n)
	for i := range each {
		each[i] = 1_000_000 / (i + ease)
	}
	return weigh(each...)
}

// permute gives each x below m another number below m, no two the same, m being
// a number whose only prime factors are 2, 3 and 5. Phone and reference numbers
// are made with it, so that two people have one number only when a story says so.
func permute(x, m, seed uint64) uint64 {
	high, low := bits.Mul64(x%m, 7_368_787*7%m)
	_, rem := bits.Div64(high%m, low, m)
	return (rem + seed%m) % m
}
