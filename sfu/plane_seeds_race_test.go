//go:build race

package sfu_test

// usualSeeds: with the race detector everything takes ten times as long.
const usualSeeds = 1
