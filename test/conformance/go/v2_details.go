package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// uploads lists the uploads below mark/ as `key id`.
func (c v2) uploads(request oss.ListMultipartUploadsRequest) (found []string) {
	request.Bucket, request.Prefix = c.bucket, oss.Ptr("mark/")
	page := must(c.client.ListMultipartUploads(background, &request))
	for _, upload := range page.Uploads {
		found = append(found, *upload.Key+" "+*upload.UploadId)
	}
	return found
}

// described is the type and metadata of an object as HEAD returns them.
func (c v2) described(key string) string {
	head := must(c.client.HeadObject(background, &oss.HeadObjectRequest{Bucket: c.bucket, Key: &key}))
	return *head.ContentType + " " + head.Metadata["people"]
}

func (c v2) delete(key string) {
	must(c.client.DeleteObject(background, &oss.DeleteObjectRequest{Bucket: c.bucket, Key: &key}))
}

// Uploads together with copies, listings, callbacks and rules.
var v2Details = []check[v2]{
	{"a part copy takes the whole source or a range, and the whole source if the range exceeds it", func(c v2) {
		source, key := "parts of/a + b", "ranges"
		c.put(source, data)
		id := c.initiate(key)
		copyPart := func(number int32, span *string) (oss.UploadPart, string) {
			request := &oss.UploadPartCopyRequest{Bucket: c.bucket, Key: &key, UploadId: id, PartNumber: number, SourceKey: &source, Range: span}
			made := must(c.client.UploadPartCopy(background, request))
			return oss.UploadPart{PartNumber: number, ETag: made.ETag}, made.Headers.Get("Content-Range")
		}
		first, shown := copyPart(1, oss.Ptr(fmt.Sprintf("bytes=0-%d", part-1)))
		equal(shown, fmt.Sprintf("bytes 0-%d/%d", part-1, len(data)))
		var second oss.UploadPart
		for _, span := range []*string{nil, oss.Ptr("bytes=9999999-"), oss.Ptr(fmt.Sprintf("bytes=0-%d", len(data)))} {
			second, shown = copyPart(2, span)
			equal([]string{*second.ETag, shown}, []string{quoted(data), ""})
		}
		must(c.complete(key, id, first, second))
		equal(c.read(key) == string(data[:part])+string(data), true)
	}},
	{"a copy keeps or replaces the metadata of its source, also onto itself", func(c v2) {
		described := c.object("described by a + b")
		described.Body = bytes.NewReader(data)
		must(c.client.PutObject(background, described))
		request := func(key, directive string) *oss.CopyObjectRequest {
			return &oss.CopyObjectRequest{
				Bucket: c.bucket, Key: &key, SourceKey: described.Key, MetadataDirective: &directive,
				ContentType: oss.Ptr("text/html"), Metadata: map[string]string{"people": "others"},
			}
		}
		must(c.client.CopyObject(background, request("kept", "COPY")))
		equal(c.described("kept"), "text/plain test")
		for _, key := range []string{"anew", *described.Key} {
			must(c.client.CopyObject(background, request(key, "REPLACE")))
			equal([]any{c.described(key), c.read(key) == string(data)}, []any{"text/html others", true})
		}
	}},
	{"the answer to a callback replaces the result, and a failed callback keeps the object", func(c v2) {
		put := func(path string) (map[string]any, error) {
			request := &oss.PutObjectRequest{Bucket: c.bucket, Key: oss.Ptr("called"), Body: bytes.NewReader(data)}
			asked, variables := callback(path)
			request.Callback, request.CallbackVar = &asked, &variables
			result, err := c.client.PutObject(background, request)
			if err != nil {
				return nil, err
			}
			return result.CallbackResult, nil
		}
		end := func(path string) (map[string]any, error) {
			id := c.initiate("called/parts")
			parts := []oss.UploadPart{c.send("called/parts", id, 1, golden[0])}
			asked, variables := callback(path)
			result, err := c.client.CompleteMultipartUpload(background, &oss.CompleteMultipartUploadRequest{
				Bucket: c.bucket, Key: oss.Ptr("called/parts"), UploadId: id, Callback: &asked, CallbackVar: &variables,
				CompleteMultipartUpload: &oss.CompleteMultipartUpload{Parts: parts},
			})
			if err != nil {
				return nil, err
			}
			return result.CallbackResult, nil
		}
		decoded := func(text string) (answer map[string]any) {
			check0(json.Unmarshal([]byte(text), &answer))
			return answer
		}
		equal(must(put("/done")), decoded(received("called", len(data))))
		equal(must(end("/done")), decoded(received("called%2Fparts", part)))
		c.delete("called")
		c.delete("called/parts")
		_, err := put("/broken")
		v2Refused("CallbackFailed", err)
		_, err = end("/broken")
		v2Refused("CallbackFailed", err)
		equal(c.read("called") == string(data) && c.read("called/parts") == string(golden[0]), true)
	}},
	{"a sequential upload accepts each part once and in order, and its object has an MD5", func(c v2) {
		key := "sequential"
		request := &oss.InitiateMultipartUploadRequest{Bucket: c.bucket, Key: &key}
		request.AddParameter("sequential", "")
		id := must(c.client.InitiateMultipartUpload(background, request)).UploadId
		_, err := c.trySend(key, id, 2, golden[0], nil)
		v2Refused("PartNotSequential", err)
		parts := []oss.UploadPart{c.send(key, id, 1, golden[0]), c.send(key, id, 2, golden[1])}
		_, err = c.trySend(key, id, 1, golden[1], nil)
		v2Refused("PartAlreadyExist", err)
		var refusal *oss.ServiceError
		equal([]any{errors.As(err, &refusal), refusal.StatusCode}, []any{true, 409})
		equal(strings.Contains(string(refusal.Snapshot), "<PartEtag>"+md5Hex(golden[0])+"</PartEtag>"), true)
		must(c.complete(key, id, parts...))
		head := must(c.client.HeadObject(background, &oss.HeadObjectRequest{Bucket: c.bucket, Key: &key}))
		equal(*head.ContentMD5, md5Base64(bytes.Join(golden, nil)))
	}},
	{"uploads are listed from any marker, in pages of any size", func(c v2) {
		var names []string
		for _, key := range []string{"mark/a", "mark/a", "mark/b4x", "mark/b4y", "mark/c"} {
			names = append(names, key+" "+*c.initiate(key))
		}
		names = sorted(names)
		id := func(index int) *string { return &strings.Fields(names[index])[1] }
		a := oss.Ptr("mark/a")
		equal(c.uploads(oss.ListMultipartUploadsRequest{UploadIdMarker: id(1)}), names)
		equal(c.uploads(oss.ListMultipartUploadsRequest{KeyMarker: a}), names[2:])
		equal(c.uploads(oss.ListMultipartUploadsRequest{KeyMarker: a, UploadIdMarker: id(0), MaxUploads: 1}), names[1:2])
		equal(c.uploads(oss.ListMultipartUploadsRequest{KeyMarker: oss.Ptr("mark/b5")}), names[4:])
		for _, name := range names {
			fields := strings.Fields(name)
			check0(c.abort(fields[0], &fields[1]))
		}
	}},
	{"keys with all control characters are listed unchanged", func(c v2) {
		id := c.initiate(controlKey)
		c.put(controlKey, golden[1])
		request := &oss.ListMultipartUploadsRequest{Bucket: c.bucket, Prefix: oss.Ptr("control/")}
		equal(*must(c.client.ListMultipartUploads(background, request)).Uploads[0].Key, controlKey)
		keys, _ := c.list("control/", "", 10)
		equal(keys, []string{controlKey})
		check0(c.abort(controlKey, id))
		c.delete(controlKey)
	}},
	{"a traffic limit within the allowed range is accepted, and any other refused", func(c v2) {
		key, id := "limited", c.initiate("limited")
		send := func(limit int64) error {
			_, err := c.client.UploadPart(background, &oss.UploadPartRequest{
				Bucket: c.bucket, Key: &key, UploadId: id, PartNumber: 1, Body: bytes.NewReader(golden[0]), TrafficLimit: limit,
			})
			return err
		}
		check0(send(83886080))
		v2Refused("InvalidArgument", send(1))
		v2Refused("InvalidArgument", send(838860801))
		check0(c.abort(key, id))
	}},
	{"a rule that aborts uploads is returned as it was set", func(c v2) {
		abort := &oss.LifecycleRuleAbortMultipartUpload{Days: oss.Ptr(int32(30))}
		rule := oss.LifecycleRule{ID: oss.Ptr("days"), Prefix: oss.Ptr("tmp/"), Status: oss.Ptr("Enabled"), AbortMultipartUpload: abort}
		configuration := &oss.LifecycleConfiguration{Rules: []oss.LifecycleRule{rule}}
		must(c.client.PutBucketLifecycle(background, &oss.PutBucketLifecycleRequest{Bucket: c.bucket, LifecycleConfiguration: configuration}))
		get := &oss.GetBucketLifecycleRequest{Bucket: c.bucket}
		equal(must(c.client.GetBucketLifecycle(background, get)).LifecycleConfiguration.Rules, configuration.Rules)
		must(c.client.DeleteBucketLifecycle(background, &oss.DeleteBucketLifecycleRequest{Bucket: c.bucket}))
		_, err := c.client.GetBucketLifecycle(background, get)
		v2Refused("NoSuchLifecycle", err)
	}},
	{"the statistics of a bucket count its uploads", func(c v2) {
		count := func() int64 {
			return must(c.client.GetBucketStat(background, &oss.GetBucketStatRequest{Bucket: c.bucket})).MultipartUploadCount
		}
		before := count()
		id := c.initiate("counted")
		equal(count(), before+1)
		check0(c.abort("counted", id))
		equal(count(), before)
	}},
	{"a repeated Complete is NoSuchUpload in strict mode, and otherwise answered like the first", func(c v2) {
		id := c.initiate("repeated")
		sent := c.send("repeated", id, 1, golden[0])
		first := must(c.complete("repeated", id, sent))
		again, err := c.complete("repeated", id, sent)
		if strict {
			v2Refused("NoSuchUpload", err)
		} else {
			equal(*again.ETag, *first.ETag)
		}
	}},
}
