// Command s3 runs the AWS SDK for Go v2, with both of its transfer managers, and minio-go, with their defaults, against the
// server at ENDPOINT: one line per check, exit code 1 if any fails.
package main

import (
	"fmt"
	"io"
	"math/rand"
	"os"
	"reflect"
	"strings"
)

const mib = 1024 * 1024

var (
	endpoint = os.Getenv("ENDPOINT")
	region   = os.Getenv("REGION")
	keyID    = os.Getenv("ACCESS_KEY_ID")
	secret   = os.Getenv("ACCESS_KEY_SECRET")
	data     = randomBytes(11*mib + 12345)
	oddKeys  = []string{"a b+c%25/../d//e", "a\nb", "a&b<c>", "é中文", "\U00010000", "\uFFFD", "~!*()'\""}
)

// A check is a fact about the server, and how one client sees it. It panics if the fact does not hold.
type check struct {
	fact string
	run  func()
}

func main() {
	holds := run("go v2", sdkChecks())
	holds = run("minio-go", minioChecks()) && holds
	if !holds {
		os.Exit(1)
	}
}

// run prints a line for each check, and returns whether all hold.
func run(client string, checks []check) bool {
	holds := true
	for _, check := range checks {
		if reason := failure(check.run); reason != "" {
			holds = false
			fmt.Printf("not ok %s: %s: %s\n", client, check.fact, reason)
		} else {
			fmt.Printf("ok %s: %s\n", client, check.fact)
		}
	}
	return holds
}

// failure runs body and returns in one line why it panicked, if it did.
func failure(body func()) (reason string) {
	defer func() {
		if problem := recover(); problem != nil {
			reason = strings.Join(strings.Fields(fmt.Sprint(problem)), " ")
		}
	}()
	body()
	return ""
}

func bucketNamed(word string) string { return os.Getenv("BUCKET_PREFIX") + "-" + word }

func randomBytes(size int) []byte {
	made := make([]byte, size)
	rand.New(rand.NewSource(1)).Read(made)
	return made
}

func must[Value any](value Value, err error) Value {
	check0(err)
	return value
}

func check0(err error) {
	if err != nil {
		panic(err)
	}
}

func equal(actual, expected any) {
	if !reflect.DeepEqual(actual, expected) {
		panic(fmt.Sprintf("%.200s instead of %.200s", fmt.Sprintf("%+v", actual), fmt.Sprintf("%+v", expected)))
	}
}

func readAll(body io.ReadCloser) string {
	defer body.Close()
	return string(must(io.ReadAll(body)))
}
