package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const gpuCount = 2

// Seven of the smallest slices is what an A100 of 40 GB divides into.
const (
	migProfile     = "1g.5gb"
	slicesOfAGPU   = 7
	brokenGPUsFile = "/run/pretend-gpus-broken"
)

func gpuID(number int) string {
	return fmt.Sprintf("GPU-00000000-0000-4000-8000-%012d", number)
}

func wholeGPUs() []device {
	var found []device
	for number := range gpuCount {
		found = append(found, device{id: gpuID(number), gpu: gpuID(number)})
	}
	return found
}

func slices() []device {
	var found []device
	for _, whole := range wholeGPUs() {
		for number := range slicesOfAGPU {
			found = append(found, device{id: fmt.Sprintf("MIG-%s-%d", whole.gpu, number), gpu: whole.gpu})
		}
	}
	return found
}

// health tells which GPUs work. They break and heal by their ids in a file of the machine.
type health map[string]bool

func readHealth(root string) health {
	broken, _ := os.ReadFile(filepath.Join(root, brokenGPUsFile))
	found := health{}
	for _, whole := range wholeGPUs() {
		found[whole.gpu] = !strings.Contains(string(broken), whole.gpu)
	}
	return found
}
