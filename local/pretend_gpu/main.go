// Takes NVIDIA's device plugin's place on machines without GPUs: the same arguments and configuration file, the same
// kubelet API and CDI files, and two pretend GPUs behind them.
package main

import (
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	pluginFolder = "/var/lib/kubelet/device-plugins"
	cdiFolder    = "/var/run/cdi"
	// Where the DaemonSet mounts the machine's root: the real plugin finds the driver there.
	driverRoot = "/driver-root"
)

// How soon a restarted kubelet and a broken GPU are noticed.
const lookEvery = time.Second

func main() {
	log.SetFlags(0)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	for {
		stop, err := serve(signals)
		if err != nil {
			log.Fatal(err)
		}
		if stop {
			return
		}
	}
}

// serve registers every resource and returns when the kubelet was started anew (false) or we are to stop (true).
func serve(signals <-chan os.Signal) (bool, error) {
	config, err := readConfig(os.Getenv("CONFIG_FILE"))
	if err != nil {
		return true, err
	}
	if err := writeCDI(cdiFolder); err != nil {
		return true, err
	}
	kubelet, err := kubeletSocket()
	if err != nil {
		return true, err
	}
	health := readHealth(driverRoot)
	var plugins []*plugin
	defer func() {
		for _, one := range plugins {
			one.stop()
		}
	}()
	for _, offered := range config.resources() {
		one, err := startPlugin(offered, health)
		if err != nil {
			return true, err
		}
		plugins = append(plugins, one)
		log.Printf("registered %s: %d devices", offered.name, len(offered.devices))
	}

	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case got := <-signals:
			log.Printf("%v: stopping", got)
			return true, nil
		case <-look.C:
			if now, err := kubeletSocket(); err == nil && now != kubelet {
				log.Print("the kubelet was started anew")
				return false, nil
			}
			for _, one := range plugins {
				one.setHealth(readHealth(driverRoot))
			}
		}
	}
}

// kubeletSocket identifies the kubelet's socket, which every start of the kubelet makes anew.
func kubeletSocket() (syscall.Timespec, error) {
	var found syscall.Stat_t
	err := syscall.Stat(pluginFolder+"/kubelet.sock", &found)
	return found.Ctim, err
}
