// Command access uses the server at ENDPOINT with temporary keys, by both official Go SDKs: one line per check, exit code 1 if any fails.
package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"sort"
	"strings"
	"time"

	oss "github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	ossv1 "github.com/aliyun/aliyun-oss-go-sdk/oss"
)

var (
	endpoint   = os.Getenv("ENDPOINT")
	region     = os.Getenv("REGION")
	bucket     = os.Getenv("BUCKET")
	background = context.Background()
	holds      = true
)

// fact prints a line for a check, which panics if it does not hold.
func fact(sentence string, check func()) {
	defer func() {
		if problem := recover(); problem != nil {
			holds = false
			fmt.Printf("not ok %s: %s\n", sentence, strings.Join(strings.Fields(fmt.Sprint(problem)), " "))
			return
		}
		fmt.Printf("ok %s\n", sentence)
	}()
	check()
}

func must[Value any](value Value, err error) Value {
	if err != nil {
		panic(err)
	}
	return value
}

func require(isSo bool, complaint string) {
	if !isSo {
		panic(complaint)
	}
}

// key is a temporary key as STS and metadata services show it.
type key struct{ AccessKeyId, AccessKeySecret, SecurityToken string }

func encode(text string) string {
	return strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~").Replace(url.QueryEscape(text))
}

func sha1Of(secret, text string) string {
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// assumeRole requests a temporary key of the role, with the key of the user.
func assumeRole() (assumed key) {
	parameters := map[string]string{
		"Action": "AssumeRole", "Version": "2015-04-01", "Format": "JSON", "SignatureMethod": "HMAC-SHA1",
		"SignatureVersion": "1.0", "SignatureNonce": fmt.Sprint(time.Now().UnixNano()), "AccessKeyId": os.Getenv("USER_KEY_ID"),
		"Timestamp": time.Now().UTC().Format("2006-01-02T15:04:05Z"), "RoleArn": os.Getenv("ROLE_ARN"),
		"RoleSessionName": "go", "DurationSeconds": "900",
	}
	pairs := []string{}
	form := url.Values{}
	for name, value := range parameters {
		pairs = append(pairs, encode(name)+"="+encode(value))
		form.Set(name, value)
	}
	sort.Strings(pairs)
	form.Set("Signature", sha1Of(os.Getenv("USER_KEY_SECRET")+"&", "POST&%2F&"+encode(strings.Join(pairs, "&"))))
	answer := must(http.PostForm(endpoint, form))
	defer answer.Body.Close()
	var result struct{ Credentials key }
	must(0, json.NewDecoder(answer.Body).Decode(&result))
	return result.Credentials
}

// fetch gets a temporary key by the URI of credentials.
func fetch(context.Context) (credentials.Credentials, error) {
	answer := must(http.Get(os.Getenv("CREDENTIALS_URI")))
	defer answer.Body.Close()
	var found key
	err := json.NewDecoder(answer.Body).Decode(&found)
	return credentials.Credentials{AccessKeyID: found.AccessKeyId, AccessKeySecret: found.AccessKeySecret, SecurityToken: found.SecurityToken}, err
}

// metadata sends requests for the metadata service of an instance to the server.
type metadata struct{ network http.RoundTripper }

func (m metadata) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Host == "100.100.100.200" {
		request = request.Clone(request.Context())
		target := must(url.Parse(endpoint))
		request.URL.Host, request.Host, request.URL.Path = target.Host, target.Host, "/-"+request.URL.Path
	}
	return m.network.RoundTrip(request)
}

func statusOf(method, signed string, headers map[string]string, body string) (int, string) {
	request := must(http.NewRequest(method, signed, strings.NewReader(body)))
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	answer := must(http.DefaultClient.Do(request))
	defer answer.Body.Close()
	return answer.StatusCode, string(must(io.ReadAll(answer.Body)))
}

func checkV2(name, version string, provider credentials.CredentialsProvider) {
	signature := oss.SignatureVersionV4
	if version == "V1" {
		signature = oss.SignatureVersionV1
	}
	config := oss.LoadDefaultConfig().WithEndpoint(endpoint).WithRegion(region).WithCredentialsProvider(provider).WithSignatureVersion(signature)
	client := oss.NewClient(config)
	at := fmt.Sprintf("SDK V2 %s, %s", version, name)
	fact(at+": a temporary key writes and reads below the prefix of its role, and nowhere else", func() {
		must(client.PutObject(background, &oss.PutObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr("in/go"), Body: strings.NewReader("hello")}))
		got := must(client.GetObject(background, &oss.GetObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr("in/go")}))
		require(string(must(io.ReadAll(got.Body))) == "hello", "other bytes")
		_, err := client.PutObject(background, &oss.PutObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr("out/go"), Body: strings.NewReader("x")})
		require(err != nil && strings.Contains(err.Error(), "AccessDenied"), fmt.Sprint(err))
	})
	fact(at+": a URL that it signs needs no other key", func() {
		put := must(client.Presign(background, &oss.PutObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr("in/signed")}, oss.PresignExpires(time.Minute)))
		status, text := statusOf(put.Method, put.URL, put.SignedHeaders, "signed")
		require(status == 200, text)
		got := must(client.Presign(background, &oss.GetObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr("in/signed")}, oss.PresignExpires(time.Minute)))
		_, text = statusOf(got.Method, got.URL, got.SignedHeaders, "")
		require(text == "signed", text)
	})
}

func checkV1(version ossv1.AuthVersionType, assumed key) {
	client := must(ossv1.New(endpoint, assumed.AccessKeyId, assumed.AccessKeySecret, ossv1.SecurityToken(assumed.SecurityToken), ossv1.AuthVersion(version), ossv1.Region(region)))
	opened := must(client.Bucket(bucket))
	at := fmt.Sprintf("SDK V1 %s", version)
	fact(at+": a temporary key writes and reads below the prefix of its role, and nowhere else", func() {
		must(0, opened.PutObject("in/go-1", strings.NewReader("hello")))
		body := must(opened.GetObject("in/go-1"))
		defer body.Close()
		require(string(must(io.ReadAll(body))) == "hello", "other bytes")
		err := opened.PutObject("out/go-1", strings.NewReader("x"))
		require(err != nil && strings.Contains(err.Error(), "AccessDenied"), fmt.Sprint(err))
	})
	fact(at+": a URL that it signs needs no other key", func() {
		status, text := statusOf("PUT", must(opened.SignURL("in/signed-1", ossv1.HTTPPut, 60)), nil, "signed")
		require(status == 200, text)
		_, text = statusOf("GET", must(opened.SignURL("in/signed-1", ossv1.HTTPGet, 60)), nil, "")
		require(text == "signed", text)
	})
}

// post sends a form whose policy the temporary key signs for keys below `in/`, and returns the status.
func post(version, name string, assumed key) int {
	now := time.Now().UTC()
	date := now.Format("20060102T150405Z")
	fields := map[string]string{"x-oss-security-token": assumed.SecurityToken}
	if version == "V4" {
		fields["x-oss-signature-version"] = "OSS4-HMAC-SHA256"
		fields["x-oss-credential"] = fmt.Sprintf("%s/%s/%s/oss/aliyun_v4_request", assumed.AccessKeyId, date[:8], region)
		fields["x-oss-date"] = date
	}
	conditions := []any{map[string]string{"bucket": bucket}, []string{"starts-with", "$key", "in/"}}
	for field, value := range fields {
		conditions = append(conditions, map[string]string{field: value})
	}
	document := map[string]any{"expiration": now.Add(time.Minute).Format("2006-01-02T15:04:05.000Z"), "conditions": conditions}
	policy := base64.StdEncoding.EncodeToString(must(json.Marshal(document)))
	fields["policy"] = policy
	if version == "V1" {
		fields["OSSAccessKeyId"], fields["Signature"] = assumed.AccessKeyId, sha1Of(assumed.AccessKeySecret, policy)
	} else {
		sum := []byte("aliyun_v4" + assumed.AccessKeySecret)
		for _, step := range []string{date[:8], region, "oss", "aliyun_v4_request", policy} {
			mac := hmac.New(sha256.New, sum)
			mac.Write([]byte(step))
			sum = mac.Sum(nil)
		}
		fields["x-oss-signature"] = hex.EncodeToString(sum)
	}
	body := &bytes.Buffer{}
	form := multipart.NewWriter(body)
	must(0, form.WriteField("key", name))
	for field, value := range fields {
		must(0, form.WriteField(field, value))
	}
	must(must(form.CreateFormFile("file", "f")).Write([]byte("posted")))
	must(0, form.Close())
	answer := must(http.Post(endpoint+"/"+bucket+"/", form.FormDataContentType(), body))
	defer answer.Body.Close()
	return answer.StatusCode
}

func main() {
	http.DefaultTransport = metadata{http.DefaultTransport}
	assumed := assumeRole()
	static := credentials.NewStaticCredentialsProvider(assumed.AccessKeyId, assumed.AccessKeySecret, assumed.SecurityToken)
	command := "curl -fsS " + os.Getenv("CREDENTIALS_URI")
	for _, version := range []string{"V1", "V4"} {
		checkV2("a role that was assumed", version, static)
		checkV2("an instance", version, credentials.NewEcsRoleCredentialsProvider())
		checkV2("an instance with a named role", version, credentials.NewEcsRoleCredentialsProvider(credentials.EcsRamRole(os.Getenv("ROLE"))))
		checkV2("a URI", version, credentials.NewCredentialsFetcherProvider(credentials.CredentialsFetcherFunc(fetch)))
		checkV2("a process", version, credentials.NewProcessCredentialsProvider(command))
	}
	for _, version := range []ossv1.AuthVersionType{ossv1.AuthV1, ossv1.AuthV2, ossv1.AuthV4} {
		checkV1(version, assumed)
	}
	for _, version := range []string{"V1", "V4"} {
		fact("Go: a form that a temporary key signs by "+version+" uploads what its policy allows", func() {
			require(post(version, "in/form", assumed) == 204, "refused")
			require(post(version, "out/form", assumed) == 403, "accepted")
		})
	}
	if !holds {
		os.Exit(1)
	}
}
