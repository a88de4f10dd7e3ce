package main

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// The vendor and class under which NVIDIA's plugin describes its devices to container runtimes.
const cdiKind = "k8s.device-plugin.nvidia.com/gpu"

func cdiName(id string) string { return cdiKind + "=" + id }

type object map[string]any

// writeCDI describes the devices to the container runtime: what a container gets that is given one.
func writeCDI(folder string) error {
	var devices []object
	for number, whole := range wholeGPUs() {
		edits := object{
			"env": []string{"PRETEND_GPU_" + string(rune('0'+number)) + "=" + whole.gpu},
			// The device file of a GPU, and behind it the device that takes anything and does nothing.
			"deviceNodes": []object{{"path": "/dev/nvidia" + string(rune('0'+number)), "hostPath": "/dev/null"}},
		}
		devices = append(devices, object{"name": whole.gpu, "containerEdits": edits})
		for _, slice := range slices() {
			if slice.gpu == whole.gpu {
				devices = append(devices, object{"name": slice.id, "containerEdits": edits})
			}
		}
	}
	text, err := json.MarshalIndent(object{"cdiVersion": "0.5.0", "kind": cdiKind, "devices": devices}, "", " ")
	if err != nil {
		return err
	}
	// Whole or not at all: the runtime reads the folder at any time.
	fresh := filepath.Join(folder, ".pretend-gpu.new")
	if err := os.WriteFile(fresh, text, 0o644); err != nil {
		return err
	}
	return os.Rename(fresh, filepath.Join(folder, "k8s.device-plugin.nvidia.com-gpu.json"))
}
