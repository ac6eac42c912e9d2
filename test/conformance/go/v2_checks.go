package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
)

// v2 is the second Go SDK, as its documentation uses it.
type v2 struct {
	client *oss.Client
	bucket *string
	cable  *cable
}

var background = context.Background()

func runV2(version string) bool {
	line := &cable{limit: uncut}
	config := oss.LoadDefaultConfig().
		WithCredentialsProvider(credentials.NewEnvironmentVariableCredentialsProvider()).
		WithRegion(region).WithEndpoint(endpoint).WithRetryMaxAttempts(1).
		WithHttpClient(&http.Client{Transport: line})
	if version == "V1" {
		config = config.WithSignatureVersion(oss.SignatureVersionV1)
	}
	name := bucketName("go-v2-" + version)
	return run("alibabacloud-oss-go-sdk-v2 "+version, v2{oss.NewClient(config), &name, line}, append(append(append(v2Checks, v2Details...), v2Objects...), v2LastCheck))
}

func v2Refused(code string, err error) {
	var failure *oss.ServiceError
	if !errors.As(err, &failure) {
		panic(fmt.Sprintf("%v, expected %s", err, code))
	}
	equal(failure.Code, code)
	equal(len(failure.RequestID), 24)
}

// v2Object is a request to put an object with the options of the published multipart samples.
func (c v2) object(key string) *oss.PutObjectRequest {
	return &oss.PutObjectRequest{
		Bucket: c.bucket, Key: &key,
		CacheControl: oss.Ptr("no-cache"), ContentDisposition: oss.Ptr("attachment;filename=FileName.txt"), ContentEncoding: oss.Ptr("utf-8"),
		ContentType: oss.Ptr("text/plain"), Expires: oss.Ptr("1000"), StorageClass: oss.StorageClassStandard,
		Tagging: oss.Ptr("Tag1=1&Tag2=2"), Metadata: map[string]string{"people": "test", "year": "2020"},
	}
}

// checkHead requires that an object has the options of v2Object and these attributes.
func (c v2) checkHead(key, etag, objectType string) *oss.HeadObjectResult {
	head := must(c.client.HeadObject(background, &oss.HeadObjectRequest{Bucket: c.bucket, Key: &key}))
	sent := c.object(key)
	equal([]any{head.CacheControl, head.ContentDisposition, head.ContentEncoding, head.ContentType, head.Expires, head.Metadata, *head.StorageClass},
		[]any{sent.CacheControl, sent.ContentDisposition, sent.ContentEncoding, sent.ContentType, sent.Expires, sent.Metadata, "Standard"})
	equal([]any{*head.ETag, *head.ObjectType, head.TaggingCount}, []any{etag, objectType, int32(2)})
	return head
}

func (c v2) put(key string, content []byte) {
	must(c.client.PutObject(background, &oss.PutObjectRequest{Bucket: c.bucket, Key: &key, Body: bytes.NewReader(content)}))
}

func (c v2) get(key string, change func(*oss.GetObjectRequest)) (string, error) {
	request := &oss.GetObjectRequest{Bucket: c.bucket, Key: &key}
	change(request)
	result, err := c.client.GetObject(background, request)
	if err != nil {
		return "", err
	}
	return readAll(result.Body, nil), nil
}

func (c v2) read(key string) string { return must(c.get(key, func(*oss.GetObjectRequest) {})) }

func (c v2) initiate(key string) *string {
	return must(c.client.InitiateMultipartUpload(background, &oss.InitiateMultipartUploadRequest{Bucket: c.bucket, Key: &key})).UploadId
}

func (c v2) trySend(key string, id *string, number int, content []byte, md5 *string) (oss.UploadPart, error) {
	sent, err := c.client.UploadPart(background, &oss.UploadPartRequest{
		Bucket: c.bucket, Key: &key, UploadId: id, PartNumber: int32(number), Body: bytes.NewReader(content), ContentMD5: md5,
	})
	if err != nil {
		return oss.UploadPart{}, err
	}
	equal([]string{*sent.ETag, *sent.ContentMD5}, []string{quoted(content), md5Base64(content)})
	return oss.UploadPart{PartNumber: int32(number), ETag: sent.ETag}, nil
}

func (c v2) send(key string, id *string, number int, content []byte) oss.UploadPart {
	return must(c.trySend(key, id, number, content, nil))
}

func (c v2) complete(key string, id *string, parts ...oss.UploadPart) (*oss.CompleteMultipartUploadResult, error) {
	return c.client.CompleteMultipartUpload(background, &oss.CompleteMultipartUploadRequest{
		Bucket: c.bucket, Key: &key, UploadId: id, Acl: oss.ObjectACLPrivate,
		CompleteMultipartUpload: &oss.CompleteMultipartUpload{Parts: parts},
	})
}

func (c v2) abort(key string, id *string) error {
	_, err := c.client.AbortMultipartUpload(background, &oss.AbortMultipartUploadRequest{Bucket: c.bucket, Key: &key, UploadId: id})
	return err
}

func (c v2) deleteBucket() error {
	_, err := c.client.DeleteBucket(background, &oss.DeleteBucketRequest{Bucket: c.bucket})
	return err
}

// list returns the keys, then the common prefixes, of all pages of a listing.
func (c v2) list(prefix, delimiter string, pageSize int32) (keys, prefixes []string) {
	request := &oss.ListObjectsV2Request{Bucket: c.bucket, Prefix: &prefix, MaxKeys: pageSize}
	if delimiter != "" {
		request.Delimiter = &delimiter
	}
	for pages := c.client.NewListObjectsV2Paginator(request); pages.HasNext(); {
		page := must(pages.NextPage(background))
		for _, object := range page.Contents {
			keys = append(keys, *object.Key)
		}
		for _, group := range page.CommonPrefixes {
			prefixes = append(prefixes, *group.Prefix)
		}
	}
	return keys, prefixes
}

func (c v2) deleteAll(keys []string) (deleted []string) {
	var objects []oss.DeleteObject
	for _, key := range keys {
		objects = append(objects, oss.DeleteObject{Key: oss.Ptr(key)})
	}
	result := must(c.client.DeleteMultipleObjects(background, &oss.DeleteMultipleObjectsRequest{Bucket: c.bucket, Objects: objects}))
	for _, object := range result.DeletedObjects {
		deleted = append(deleted, *object.Key)
	}
	return deleted
}

var v2Checks = []check[v2]{
	{"a bucket is created, listed and described", func(c v2) {
		must(c.client.PutBucket(background, &oss.PutBucketRequest{Bucket: c.bucket, Acl: oss.BucketACLPrivate}))
		equal(*must(c.client.ListBuckets(background, &oss.ListBucketsRequest{Prefix: c.bucket})).Buckets[0].Name, *c.bucket)
		info := must(c.client.GetBucketInfo(background, &oss.GetBucketInfoRequest{Bucket: c.bucket})).BucketInfo
		equal([]string{*info.Name, *info.ACL, *info.StorageClass, *info.Location}, []string{*c.bucket, "private", "Standard", "oss-" + region})
		equal(*must(c.client.GetBucketLocation(background, &oss.GetBucketLocationRequest{Bucket: c.bucket})).LocationConstraint, "oss-"+region)
		equal(must(c.client.GetBucketStat(background, &oss.GetBucketStatRequest{Bucket: c.bucket})).ObjectCount, int64(0))
	}},
	{"the ACLs of a bucket and of an object change", func(c v2) {
		for _, acl := range []oss.BucketACLType{oss.BucketACLPublicRead, oss.BucketACLPrivate} {
			must(c.client.PutBucketAcl(background, &oss.PutBucketAclRequest{Bucket: c.bucket, Acl: acl}))
			equal(*must(c.client.GetBucketAcl(background, &oss.GetBucketAclRequest{Bucket: c.bucket})).ACL, string(acl))
		}
		c.put("secret", []byte("secret"))
		for _, acl := range []oss.ObjectACLType{oss.ObjectACLDefault, oss.ObjectACLPublicRead} {
			must(c.client.PutObjectAcl(background, &oss.PutObjectAclRequest{Bucket: c.bucket, Key: oss.Ptr("secret"), Acl: acl}))
			equal(*must(c.client.GetObjectAcl(background, &oss.GetObjectAclRequest{Bucket: c.bucket, Key: oss.Ptr("secret")})).ACL, string(acl))
		}
	}},
	{"an object is returned byte for byte, with its checksums and metadata", func(c v2) {
		request := c.object("whole")
		request.Body, request.ContentMD5, request.ForbidOverwrite = bytes.NewReader(data), oss.Ptr(md5Base64(data)), oss.Ptr("true")
		put := must(c.client.PutObject(background, request))
		equal(c.read("whole") == string(data), true)
		head := c.checkHead("whole", quoted(data), "Normal")
		equal([]string{*head.HashCRC64, *head.ContentMD5}, []string{*put.HashCRC64, md5Base64(data)})
		request.Body = bytes.NewReader(data)
		_, err := c.client.PutObject(background, request)
		v2Refused("FileAlreadyExists", err)
		c.put("empty", nil)
		equal(c.read("empty"), "")
	}},
	{"ranges and conditions select what is read, and the downloader assembles ranges", func(c v2) {
		c.put("ranged", data)
		equal(must(c.get("ranged", func(r *oss.GetObjectRequest) { r.Range = oss.Ptr("bytes=5-99999") })) == string(data[5:100000]), true)
		equal(must(c.get("ranged", func(r *oss.GetObjectRequest) { r.Range = oss.Ptr("bytes=-7") })), string(data[len(data)-7:]))
		_, err := c.get("ranged", func(r *oss.GetObjectRequest) {
			r.Range, r.RangeBehavior = oss.Ptr("bytes=9999999-"), oss.Ptr("standard")
		})
		v2Refused("InvalidRange", err)
		_, err = c.get("ranged", func(r *oss.GetObjectRequest) { r.IfMatch = oss.Ptr(`"0"`) })
		v2Refused("PreconditionFailed", err)
		folder, path := temporaryFile(nil)
		defer os.RemoveAll(folder)
		downloader := c.client.NewDownloader(func(o *oss.DownloaderOptions) { o.PartSize = part })
		must(downloader.DownloadFile(background, &oss.GetObjectRequest{Bucket: c.bucket, Key: oss.Ptr("ranged")}, path))
		equal(bytes.Equal(must(os.ReadFile(path)), data), true)
	}},
	{"a missing item is reported by its error code", func(c v2) {
		_, err := c.get("absent", func(*oss.GetObjectRequest) {})
		v2Refused("NoSuchKey", err)
		_, err = c.client.HeadObject(background, &oss.HeadObjectRequest{Bucket: c.bucket, Key: oss.Ptr("absent")})
		v2Refused("NoSuchKey", err)
		_, err = c.get("absent", func(r *oss.GetObjectRequest) { r.Bucket = oss.Ptr(*c.bucket + "-no") })
		v2Refused("NoSuchBucket", err)
		equal(must(c.client.IsObjectExist(background, *c.bucket, "absent")), false)
	}},
	{"unusual keys are kept unchanged", func(c v2) {
		for _, key := range oddKeys {
			c.put("odd/"+key, []byte(key))
			equal(c.read("odd/"+key), key)
		}
		names, _ := c.list("odd/", "", 5)
		equal(sorted(names), sorted(prefixed("odd/", oddKeys)))
		equal(sorted(c.deleteAll(names)), sorted(names))
	}},
	{"listings group by delimiter and continue page by page", func(c v2) {
		keys := prefixed("list/", []string{"a/0", "a/1", "b/0", "b/1", "z"})
		for _, key := range keys {
			c.put(key, []byte("x"))
		}
		names, _ := c.list("list/", "", 2)
		equal(names, keys)
		names, groups := c.list("list/", "/", 1)
		equal([][]string{names, groups}, [][]string{{"list/z"}, {"list/a/", "list/b/"}})
	}},
	{"presigned URLs need no access key", func(c v2) {
		key := oss.Ptr("signed/中 文+.txt")
		put := must(c.client.Presign(background, &oss.PutObjectRequest{Bucket: c.bucket, Key: key}, oss.PresignExpires(time.Minute)))
		request := must(http.NewRequest(put.Method, put.URL, strings.NewReader("signed")))
		for name, value := range put.SignedHeaders {
			request.Header.Set(name, value)
		}
		equal(must(http.DefaultClient.Do(request)).StatusCode, 200)
		got := must(c.client.Presign(background, &oss.GetObjectRequest{Bucket: c.bucket, Key: key, ResponseContentType: oss.Ptr("text/x-signed")}))
		answer := must(http.Get(got.URL))
		equal(readAll(answer.Body, nil)+answer.Header.Get("Content-Type"), "signedtext/x-signed")
		equal(must(http.Get(strings.Replace(got.URL, "x-signed", "x-forged", 1))).StatusCode, 403)
	}},
	{"the published sample runs: options at initiate, parts of 100 KiB in parallel, an ACL at complete", func(c v2) {
		key := "exampledir/exampleobject.txt"
		object := c.object(key)
		request := &oss.InitiateMultipartUploadRequest{
			Bucket: c.bucket, Key: &key, CacheControl: object.CacheControl, ContentDisposition: object.ContentDisposition,
			ContentEncoding: object.ContentEncoding, ContentType: object.ContentType, Expires: object.Expires, Metadata: object.Metadata,
			StorageClass: object.StorageClass, Tagging: object.Tagging, ForbidOverwrite: oss.Ptr("true"),
		}
		id := must(c.client.InitiateMultipartUpload(background, request)).UploadId
		parts := make([]oss.UploadPart, len(chunks()))
		var group sync.WaitGroup
		for index, content := range chunks() {
			group.Add(1)
			go func(index int, content []byte) {
				defer group.Done()
				parts[index], _ = c.trySend(key, id, index+1, content, nil)
			}(index, content)
		}
		group.Wait()
		done := must(c.complete(key, id, parts...))
		equal([]string{*done.Bucket, *done.Key, *done.ETag}, []string{*c.bucket, key, multipartETag(chunks())})
		equal(c.read(key) == string(data), true)
		head := c.checkHead(key, multipartETag(chunks()), "Multipart")
		equal([]any{head.HashCRC64, head.ContentMD5}, []any{done.HashCRC64, (*string)(nil)})
		equal(*must(c.client.GetObjectAcl(background, &oss.GetObjectAclRequest{Bucket: c.bucket, Key: &key})).ACL, "private")
		_, err := c.client.InitiateMultipartUpload(background, request)
		v2Refused("FileAlreadyExists", err)
	}},
	{"the checksums are the published ones", func(c v2) {
		id := c.initiate("golden")
		done := must(c.complete("golden", id, c.send("golden", id, 1, golden[0]), c.send("golden", id, 2, golden[1])))
		equal([]string{*done.ETag, *done.HashCRC64}, []string{goldenETag, goldenCRC64})
	}},
	{"complete-all takes every stored part, and is refused together with a list", func(c v2) {
		parts, id, key := chunks(), c.initiate("all"), oss.Ptr("all")
		request := &oss.CompleteMultipartUploadRequest{Bucket: c.bucket, Key: key, UploadId: id, CompleteAll: oss.Ptr("yes")}
		listed := []oss.UploadPart{c.send("all", id, 3, parts[2]), c.send("all", id, 1, parts[0]), c.send("all", id, 2, parts[1])}
		request.CompleteMultipartUpload = &oss.CompleteMultipartUpload{Parts: listed}
		_, err := c.client.CompleteMultipartUpload(background, request)
		v2Refused("InvalidArgument", err)
		request.CompleteMultipartUpload = nil
		equal(*must(c.client.CompleteMultipartUpload(background, request)).ETag, multipartETag(parts[:3]))
		equal(c.read("all") == string(data[:3*part]), true)
	}},
	{"the uploader resumes from its checkpoint, and uploads streams of unknown length", func(c v2) {
		folder, path := temporaryFile(data)
		defer os.RemoveAll(folder)
		uploader := c.client.NewUploader(func(o *oss.UploaderOptions) {
			o.PartSize, o.ParallelNum, o.EnableCheckpoint, o.CheckpointDir = part, 3, true, folder+"/"
		})
		c.cable.rewind(4)
		if _, err := uploader.UploadFile(background, c.object("resumed"), path); err == nil {
			panic("the upload was not interrupted")
		}
		c.cable.rewind(uncut)
		must(uploader.UploadFile(background, c.object("resumed"), path))
		equal(len(c.cable.sent) < len(chunks()), true)
		c.checkHead("resumed", multipartETag(chunks()), "Multipart")
		for key, content := range map[string][]byte{"resumed": data, "streamed": data, "nothing": {}} {
			if key != "resumed" {
				must(uploader.UploadFrom(background, c.object(key), io.MultiReader(bytes.NewReader(content))))
			}
			equal(c.read(key) == string(content), true)
		}
	}},
	{"the copier copies an object in parts", func(c v2) {
		c.put("source", data)
		copier := c.client.NewCopier(func(o *oss.CopierOptions) {
			o.PartSize, o.MultipartCopyThreshold, o.DisableShallowCopy = 3*part, part, true
		})
		must(copier.Copy(background, &oss.CopyObjectRequest{Bucket: c.bucket, Key: oss.Ptr("joined"), SourceKey: oss.Ptr("source")}))
		equal(c.read("joined") == string(data), true)
		head := must(c.client.HeadObject(background, &oss.HeadObjectRequest{Bucket: c.bucket, Key: oss.Ptr("joined")}))
		equal([]any{strings.HasSuffix(*head.ETag, `-4"`), *head.ObjectType}, []any{true, "Multipart"})
	}},
	{"parts and uploads are listed page by page", func(c v2) {
		parts, keys := chunks(), []string{"up/a", "up/b", "up/c d"}
		ids := map[string]*string{}
		for _, key := range keys {
			ids[key] = c.initiate(key)
		}
		var numbers []int32
		for _, number := range []int{1, 2, 5, 9} {
			c.send("up/a", ids["up/a"], number, parts[number-1])
		}
		partPages := c.client.NewListPartsPaginator(&oss.ListPartsRequest{Bucket: c.bucket, Key: &keys[0], UploadId: ids["up/a"], MaxParts: 3})
		for partPages.HasNext() {
			for _, listed := range must(partPages.NextPage(background)).Parts {
				equal([]any{*listed.ETag, listed.Size}, []any{quoted(parts[listed.PartNumber-1]), int64(part)})
				numbers = append(numbers, listed.PartNumber)
			}
		}
		equal(numbers, []int32{1, 2, 5, 9})
		var found []string
		pages := c.client.NewListMultipartUploadsPaginator(&oss.ListMultipartUploadsRequest{Bucket: c.bucket, Prefix: oss.Ptr("up/"), MaxUploads: 1})
		for pages.HasNext() {
			for _, upload := range must(pages.NextPage(background)).Uploads {
				equal(*upload.UploadId, *ids[*upload.Key])
				found = append(found, *upload.Key)
			}
		}
		equal(found, keys)
		for key, id := range ids {
			check0(c.abort(key, id))
			v2Refused("NoSuchUpload", c.abort(key, id))
		}
	}},
	{"a refused complete leaves the upload unchanged", func(c v2) {
		id, first := c.initiate("refused"), chunks()[0]
		_, err := c.trySend("refused", id, 1, first, oss.Ptr(md5Base64([]byte("other"))))
		v2Refused("InvalidDigest", err)
		parts := []oss.UploadPart{c.send("refused", id, 1, []byte("short")), c.send("refused", id, 2, first), c.send("refused", id, 3, []byte("last"))}
		for code, listed := range map[string][]oss.UploadPart{
			"EntityTooSmall": parts, "InvalidPart": {{PartNumber: 4, ETag: parts[2].ETag}},
		} {
			_, err = c.complete("refused", id, listed...)
			v2Refused(code, err)
		}
		must(c.complete("refused", id, parts[1:]...)) // part 1 is left out
		equal(c.read("refused") == string(first)+"last", true)
		_, err = c.trySend("refused", id, 1, first, nil)
		v2Refused("NoSuchUpload", err)
	}},
}

// The last check, which deletes everything.
var v2LastCheck = check[v2]{"a bucket is deleted only when it is empty", func(c v2) {
	id := c.initiate("open")
	v2Refused("BucketNotEmpty", c.deleteBucket())
	keys, _ := c.list("", "", 1000)
	c.deleteAll(keys)
	v2Refused("BucketNotEmpty", c.deleteBucket())
	check0(c.abort("open", id))
	check0(c.deleteBucket())
	equal(must(c.client.IsBucketExist(background, *c.bucket)), false)
}}
