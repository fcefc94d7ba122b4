//go:build race

package invariant

// Enabled turns on checks too costly for production, such as poisoning freed
// memory. It is a constant, so disabled checks compile to nothing.
const Enabled = true
