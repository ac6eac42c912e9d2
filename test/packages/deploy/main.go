// Command deploy reads the files of deploy/ with the libraries of the programs that use them, and prints the result as JSON.
//
//	deploy chart FOLDER [NAME=VALUE …]   renders a Helm chart, and decodes each manifest as its Kubernetes type
//	deploy compose FILE                  loads a Compose file
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/strvals"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	result, err := run(os.Args[1], os.Args[2], os.Args[3:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(command, path string, settings []string) (any, error) {
	switch command {
	case "chart":
		return renderChart(path, settings)
	case "compose":
		return loadCompose(path)
	default:
		return nil, fmt.Errorf("no command %q", command)
	}
}

// renderChart returns the manifests by their kind, with the values of the chart and those of settings.
func renderChart(folder string, settings []string) (map[string]any, error) {
	chart, err := loader.Load(folder)
	if err != nil {
		return nil, err
	}
	if err := chart.Validate(); err != nil {
		return nil, err
	}
	values := map[string]any{}
	for _, setting := range settings {
		if err := strvals.ParseInto(setting, values); err != nil {
			return nil, err
		}
	}
	release := chartutil.ReleaseOptions{Name: "oss", Namespace: "default", Revision: 1, IsInstall: true}
	scope, err := chartutil.ToRenderValues(chart, values, release, chartutil.DefaultCapabilities)
	if err != nil {
		return nil, err
	}
	renderer := engine.Engine{Strict: true}
	files, err := renderer.Render(chart, scope)
	if err != nil {
		return nil, err
	}
	manifests := map[string]any{}
	for name, text := range files {
		if filepath.Ext(name) != ".yaml" || strings.TrimSpace(text) == "" {
			continue
		}
		kind, manifest, err := decodeManifest(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		manifests[kind] = manifest
	}
	return manifests, nil
}

// decodeManifest fails for kinds that it does not know, for fields that the kind does not have, and for values of other types.
func decodeManifest(text string) (string, any, error) {
	var kind metav1.TypeMeta
	if err := yaml.Unmarshal([]byte(text), &kind); err != nil {
		return "", nil, err
	}
	var manifest any
	switch kind {
	case metav1.TypeMeta{APIVersion: "v1", Kind: "Service"}:
		manifest = &corev1.Service{}
	case metav1.TypeMeta{APIVersion: "apps/v1", Kind: "StatefulSet"}:
		manifest = &appsv1.StatefulSet{}
	case metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "Ingress"}:
		manifest = &networkingv1.Ingress{}
	default:
		return "", nil, fmt.Errorf("unknown kind %s %s", kind.APIVersion, kind.Kind)
	}
	return kind.Kind, manifest, yaml.UnmarshalStrict([]byte(text), manifest)
}

func loadCompose(file string) (any, error) {
	options, err := cli.NewProjectOptions([]string{file}, cli.WithName("bindery"))
	if err != nil {
		return nil, err
	}
	return options.LoadProject(context.Background())
}
