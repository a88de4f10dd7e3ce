package main

import (
	"fmt"
	"os"

	"sigs.k8s.io/yaml"
)

// config is the part of NVIDIA's configuration file (version v1) that decides what is offered.
type config struct {
	Version string `json:"version"`
	Flags   struct {
		MigStrategy string `json:"migStrategy"`
		Plugin      struct {
			DeviceListStrategy []string `json:"deviceListStrategy"`
		} `json:"plugin"`
	} `json:"flags"`
	Sharing struct {
		TimeSlicing struct {
			RenameByDefault            bool `json:"renameByDefault"`
			FailRequestsGreaterThanOne bool `json:"failRequestsGreaterThanOne"`
			Resources                  []struct {
				Name     string `json:"name"`
				Replicas int    `json:"replicas"`
			} `json:"resources"`
		} `json:"timeSlicing"`
	} `json:"sharing"`
}

// device is what a kubelet counts: a pretend GPU, or one of its replicas.
type device struct {
	id  string
	gpu string
}

// resource is an extended resource of the node.
type resource struct {
	name    string
	devices []device
	// onlyOne refuses requests for more than one replica: two of them need not be two GPUs.
	onlyOne bool
}

func readConfig(file string) (config, error) {
	var read config
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return read, err
		}
		// Strict: a misspelt key would pass here and be ignored on a real server.
		if err := yaml.UnmarshalStrict(text, &read); err != nil {
			return read, fmt.Errorf("%s: %w", file, err)
		}
		if read.Version != "v1" {
			return read, fmt.Errorf("%s: unknown version: %q", file, read.Version)
		}
	}
	for _, strategy := range read.Flags.Plugin.DeviceListStrategy {
		if strategy != "cdi-cri" {
			return read, fmt.Errorf("%s: pretend GPUs are given by cdi-cri only, not by %s", file, strategy)
		}
	}
	return read, nil
}

// resources lists what the node offers under this configuration.
func (c config) resources() []resource {
	name, parts := "nvidia.com/gpu", wholeGPUs()
	if c.Flags.MigStrategy == "mixed" {
		name, parts = "nvidia.com/mig-"+migProfile, slices()
	} else if c.Flags.MigStrategy == "single" {
		parts = slices()
	}
	sharing := c.Sharing.TimeSlicing
	for _, shared := range sharing.Resources {
		if shared.Name != name || shared.Replicas < 2 {
			continue
		}
		if sharing.RenameByDefault {
			name += ".shared"
		}
		var replicas []device
		for _, part := range parts {
			for number := range shared.Replicas {
				replicas = append(replicas, device{id: fmt.Sprintf("%s::%d", part.id, number), gpu: part.gpu})
			}
		}
		return []resource{{name: name, devices: replicas, onlyOne: sharing.FailRequestsGreaterThanOne}}
	}
	return []resource{{name: name, devices: parts}}
}
