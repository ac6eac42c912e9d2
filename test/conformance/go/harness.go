// Command conformance runs both official Go SDKs against the server at ENDPOINT: one line per check, exit code 1 if any fails.
package main

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"os"
	"reflect"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

const part = 100 * 1024

var (
	endpoint = os.Getenv("ENDPOINT")
	region   = os.Getenv("REGION")
	strict   = os.Getenv("STRICT_OSS") == "true"
	data     = randomBytes(9*part + 12345)

	// Published values: 102,400 times `a`, then `hello oss`, uploaded as two parts.
	golden      = [][]byte{bytes.Repeat([]byte("a"), part), []byte("hello oss")}
	goldenETag  = `"CDE8D21A00DEF1AF2825E34D665747D0-2"`
	goldenCRC64 = "14439424006907896166"

	oddKeys = []string{"a b", "a+b", "100%", "%41", "a?b#c&d=e", "中文/文件", "é", "a//b", "~!*()'\"", "<&>", "😀", ".a/..b", "tab\tline\nend"}
)

// controlKey contains the control characters from 0x01 to 0x1F.
var controlKey = func() string {
	key := "control/"
	for character := rune(1); character < 32; character++ {
		key += string(character)
	}
	return key
}()

func main() {
	os.Setenv("OSS_ACCESS_KEY_ID", os.Getenv("ACCESS_KEY_ID"))
	os.Setenv("OSS_ACCESS_KEY_SECRET", os.Getenv("ACCESS_KEY_SECRET"))
	holds := runV1("V1")
	holds = runV1("V4") && holds
	holds = runV2("V1") && holds
	holds = runV2("V4") && holds
	if !holds {
		os.Exit(1)
	}
}

// A check is a fact about the server, and how one SDK sees it. It panics if the fact does not hold.
type check[Client any] struct {
	fact string
	run  func(Client)
}

// run prints a line for each check, and returns whether all hold.
func run[Client any](variant string, client Client, checks []check[Client]) bool {
	holds := true
	for _, check := range checks {
		if reason := failure(func() { check.run(client) }); reason != "" {
			holds = false
			fmt.Printf("not ok %s: %s: %s\n", variant, check.fact, reason)
		} else {
			fmt.Printf("ok %s: %s\n", variant, check.fact)
		}
	}
	return holds
}

// failure runs body and returns in one line why and where it panicked, if it did.
func failure(body func()) (reason string) {
	defer func() {
		if problem := recover(); problem != nil {
			reason = strings.Join(strings.Fields(fmt.Sprint(problem)), " ") + place()
		}
	}()
	body()
	return ""
}

// place is the line of the check that panicked.
func place() string {
	for _, line := range strings.Split(string(debug.Stack()), "\n") {
		file := strings.Fields(line)
		if len(file) > 0 && strings.HasPrefix(line, "\t") && strings.Contains(file[0], "/v") && (strings.Contains(file[0], "_checks.go:") || strings.Contains(file[0], "_details.go:") || strings.Contains(file[0], "_objects.go:")) {
			return " (" + file[0][strings.LastIndex(file[0], "/")+1:] + ")"
		}
	}
	return ""
}

func randomBytes(size int) []byte {
	made := make([]byte, size)
	rand.New(rand.NewSource(1)).Read(made)
	return made
}

// chunks are the parts of 100 KiB of the data.
func chunks() (parts [][]byte) {
	for start := 0; start < len(data); start += part {
		parts = append(parts, data[start:min(start+part, len(data))])
	}
	return parts
}

func md5Hex(content []byte) string { return fmt.Sprintf("%X", md5.Sum(content)) }

func md5Base64(content []byte) string {
	sum := md5.Sum(content)
	return base64.StdEncoding.EncodeToString(sum[:])
}

func quoted(content []byte) string { return `"` + md5Hex(content) + `"` }

// multipartETag is OSS's ETag of an object: the MD5 of its parts' ETags, joined as text, and their number.
func multipartETag(parts [][]byte) string {
	joined := ""
	for _, content := range parts {
		joined += md5Hex(content)
	}
	return fmt.Sprintf(`"%s-%d"`, md5Hex([]byte(joined)), len(parts))
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

// callback returns the two parameters of a callback to the application, encoded.
func callback(path string) (asked, variables string) {
	encode := func(value map[string]string) string {
		return base64.StdEncoding.EncodeToString(must(json.Marshal(value)))
	}
	body := "key=${object}&size=${size}&user=${x:user}"
	asked = encode(map[string]string{"callbackUrl": os.Getenv("APPLICATION_URL") + path, "callbackBody": body})
	return asked, encode(map[string]string{"x:user": "a b"})
}

// received is the application's answer to such a callback at /done.
func received(key string, size int) string {
	return fmt.Sprintf(`{"Status":"OK","received":"key=%s&size=%d&user=a%%20b"}`, key, size)
}

func readAll(body io.ReadCloser, err error) string {
	check0(err)
	defer body.Close()
	return string(must(io.ReadAll(body)))
}

func sorted(names []string) []string {
	copied := append([]string{}, names...)
	sort.Strings(copied)
	return copied
}

func prefixed(prefix string, names []string) (full []string) {
	for _, name := range names {
		full = append(full, prefix+name)
	}
	return full
}

func bucketName(variant string) string {
	return fmt.Sprintf("%s-%s-%d", os.Getenv("BUCKET_PREFIX"), strings.ToLower(variant), time.Now().UnixNano()%1e6)
}

func temporaryFile(content []byte) (folder, path string) {
	folder = must(os.MkdirTemp("", "conformance-"))
	path = folder + "/file"
	check0(os.WriteFile(path, content, 0o600))
	return folder, path
}

// cable is the network between an SDK and the server. It records the parts that are sent, and is cut after limit of them.
type cable struct {
	mutex sync.Mutex
	sent  []int
	limit int
}

func (c *cable) RoundTrip(request *http.Request) (*http.Response, error) {
	if number, err := strconv.Atoi(request.URL.Query().Get("partNumber")); err == nil && request.Method == http.MethodPut {
		c.mutex.Lock()
		isCut := len(c.sent) >= c.limit
		if !isCut {
			c.sent = append(c.sent, number)
		}
		c.mutex.Unlock()
		if isCut {
			return nil, errors.New("the network is cut")
		}
	}
	return http.DefaultTransport.RoundTrip(request)
}

// rewind forgets what was sent, and sets after how many parts the network is cut.
func (c *cable) rewind(limit int) {
	c.sent, c.limit = nil, limit
}

const uncut = 1 << 30
