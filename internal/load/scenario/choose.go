package scenario

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
)

// choose picks n of the candidates, or all if there are fewer, in random order.
// Each purpose has random numbers of its own, so that another instruction in the
// file does not change whom this one hits.
func choose[T any](seed uint64, purpose string, n int, from []T) []T {
	h := fnv.New64a()
	_, _ = h.Write([]byte(purpose))
	source := rand.New(rand.NewPCG(seed, h.Sum64()))
	picked := slices.Clone(from)
	n = min(n, len(picked))
	for i := range n {
		j := i + source.IntN(len(picked)-i)
		picked[i], picked[j] = picked[j], picked[i]
	}
	return picked[:n]
}
