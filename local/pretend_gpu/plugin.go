package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	kubelet "k8s.io/kubelet/pkg/apis/deviceplugin/v1beta1"
)

const registrationTimeout = 5 * time.Second

// plugin serves one resource to the kubelet.
type plugin struct {
	kubelet.UnimplementedDevicePluginServer
	resource
	socket string
	server *grpc.Server

	lock    sync.Mutex
	health  health
	changed chan struct{} // closed and made anew with each change of health
}

// startPlugin listens, then tells the kubelet where: it calls back before the registration is over.
func startPlugin(offered resource, first health) (*plugin, error) {
	name := "nvidia-" + strings.TrimPrefix(offered.name, "nvidia.com/") + ".sock"
	one := &plugin{
		resource: offered,
		socket:   filepath.Join(pluginFolder, name),
		server:   grpc.NewServer(),
		health:   first,
		changed:  make(chan struct{}),
	}
	_ = os.Remove(one.socket)
	listener, err := net.Listen("unix", one.socket)
	if err != nil {
		return nil, err
	}
	kubelet.RegisterDevicePluginServer(one.server, one)
	go func() { _ = one.server.Serve(listener) }()

	connection, err := grpc.NewClient(
		"unix://"+pluginFolder+"/kubelet.sock", grpc.WithTransportCredentials(insecure.NewCredentials()),
	)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	deadline, cancel := context.WithTimeout(context.Background(), registrationTimeout)
	defer cancel()
	_, err = kubelet.NewRegistrationClient(connection).Register(
		deadline,
		&kubelet.RegisterRequest{
			Version:      kubelet.Version,
			Endpoint:     name,
			ResourceName: offered.name,
			Options:      options(),
		},
		grpc.WaitForReady(true),
	)
	if err != nil {
		one.stop()
		return nil, fmt.Errorf("the kubelet does not take %s: %w", offered.name, err)
	}
	return one, nil
}

func (p *plugin) stop() {
	// Not gracefully: the kubelet's ListAndWatch never ends by itself.
	p.server.Stop()
	_ = os.Remove(p.socket)
}

func (p *plugin) setHealth(now health) {
	p.lock.Lock()
	defer p.lock.Unlock()
	for gpu, works := range now {
		if p.health[gpu] != works {
			p.health = now
			close(p.changed)
			p.changed = make(chan struct{})
			return
		}
	}
}

func options() *kubelet.DevicePluginOptions {
	return &kubelet.DevicePluginOptions{GetPreferredAllocationAvailable: true}
}

func (p *plugin) GetDevicePluginOptions(context.Context, *kubelet.Empty) (*kubelet.DevicePluginOptions, error) {
	return options(), nil
}

func (p *plugin) ListAndWatch(_ *kubelet.Empty, stream kubelet.DevicePlugin_ListAndWatchServer) error {
	for {
		p.lock.Lock()
		var told []*kubelet.Device
		for _, one := range p.devices {
			state := kubelet.Healthy
			if !p.health[one.gpu] {
				state = kubelet.Unhealthy
			}
			told = append(told, &kubelet.Device{ID: one.id, Health: state})
		}
		changed := p.changed
		p.lock.Unlock()
		if err := stream.Send(&kubelet.ListAndWatchResponse{Devices: told}); err != nil {
			return err
		}
		select {
		case <-changed:
		case <-stream.Context().Done():
			return nil
		}
	}
}

// GetPreferredAllocation spreads replicas over the GPUs: the one with the most replicas left comes first.
func (p *plugin) GetPreferredAllocation(
	_ context.Context, asked *kubelet.PreferredAllocationRequest,
) (*kubelet.PreferredAllocationResponse, error) {
	answer := &kubelet.PreferredAllocationResponse{}
	for _, container := range asked.ContainerRequests {
		chosen := p.spread(
			container.AvailableDeviceIDs, container.MustIncludeDeviceIDs, int(container.AllocationSize),
		)
		answer.ContainerResponses = append(
			answer.ContainerResponses, &kubelet.ContainerPreferredAllocationResponse{DeviceIDs: chosen},
		)
	}
	return answer, nil
}

func (p *plugin) spread(available, included []string, size int) []string {
	left := map[string][]string{}
	for _, id := range available {
		left[p.gpuOf(id)] = append(left[p.gpuOf(id)], id)
	}
	chosen := append([]string{}, included...)
	for _, id := range included {
		gpu := p.gpuOf(id)
		left[gpu] = without(left[gpu], id)
	}
	for len(chosen) < size {
		most := ""
		for _, whole := range wholeGPUs() {
			if len(left[whole.gpu]) > len(left[most]) {
				most = whole.gpu
			}
		}
		if most == "" {
			break
		}
		chosen = append(chosen, left[most][0])
		left[most] = left[most][1:]
	}
	return chosen
}

func without(ids []string, one string) []string {
	var rest []string
	for _, id := range ids {
		if id != one {
			rest = append(rest, id)
		}
	}
	return rest
}

func (p *plugin) gpuOf(id string) string {
	for _, one := range p.devices {
		if one.id == id {
			return one.gpu
		}
	}
	return ""
}

// Allocate names the devices in the way of CDI, each GPU once however many of its replicas a container has.
func (p *plugin) Allocate(
	_ context.Context, asked *kubelet.AllocateRequest,
) (*kubelet.AllocateResponse, error) {
	answer := &kubelet.AllocateResponse{}
	for _, container := range asked.ContainerRequests {
		if p.onlyOne && len(container.DevicesIds) > 1 {
			return nil, fmt.Errorf(
				"%s: a container may have 1 of a shared resource, not %d", p.name, len(container.DevicesIds),
			)
		}
		given := &kubelet.ContainerAllocateResponse{}
		seen := map[string]bool{}
		for _, id := range container.DevicesIds {
			device, _, _ := strings.Cut(id, "::")
			if p.gpuOf(id) == "" {
				return nil, fmt.Errorf("%s: unknown device %s", p.name, id)
			}
			if !seen[device] {
				seen[device] = true
				given.CdiDevices = append(given.CdiDevices, &kubelet.CDIDevice{Name: cdiName(device)})
			}
		}
		answer.ContainerResponses = append(answer.ContainerResponses, given)
	}
	return answer, nil
}
