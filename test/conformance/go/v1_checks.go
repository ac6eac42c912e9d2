package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// v1 is the first Go SDK, as its documentation uses it.
type v1 struct {
	client *oss.Client
	bucket *oss.Bucket
	name   string
	cable  *cable
}

func runV1(version string) bool {
	provider := must(oss.NewEnvironmentVariableCredentialsProvider())
	line := &cable{limit: uncut}
	options := []oss.ClientOption{oss.SetCredentialsProvider(&provider), oss.HTTPClient(&http.Client{Transport: line})}
	if version == "V4" {
		options = append(options, oss.AuthVersion(oss.AuthV4), oss.Region(region))
	}
	client := must(oss.New(endpoint, "", "", options...))
	name := bucketName("go-v1-" + version)
	return run("aliyun-oss-go-sdk "+version, v1{client, must(client.Bucket(name)), name, line}, append(append(append(v1Checks, v1Details...), v1Objects...), v1LastCheck))
}

// The options of the published multipart samples.
func v1Options() []oss.Option {
	tag := func(key, value string) oss.Tag { return oss.Tag{Key: key, Value: value} }
	return []oss.Option{
		oss.MetadataDirective(oss.MetaReplace),
		oss.Expires(time.Date(2049, time.January, 10, 23, 0, 0, 0, time.UTC)),
		oss.CacheControl("no-cache"),
		oss.ContentDisposition("attachment;filename=FileName.txt"),
		oss.ContentEncoding("utf-8"),
		oss.ContentType("text/plain"),
		oss.ObjectStorageClass(oss.StorageStandard),
		oss.SetTagging(oss.Tagging{Tags: []oss.Tag{tag("Tag1", "1"), tag("Tag2", "2")}}),
		oss.Meta("people", "test"),
		oss.ForbidOverWrite(true),
	}
}

func checkV1Options(head http.Header) {
	for name, value := range map[string]string{
		"Expires": "Sun, 10 Jan 2049 23:00:00 GMT", "Cache-Control": "no-cache", "Content-Encoding": "utf-8", "Content-Type": "text/plain",
		"Content-Disposition": "attachment;filename=FileName.txt", "X-Oss-Storage-Class": "Standard", "X-Oss-Tagging-Count": "2",
		"X-Oss-Meta-People": "test",
	} {
		equal(name+": "+head.Get(name), name+": "+value)
	}
}

func v1Refused(code string, err error) {
	var failure oss.ServiceError
	if !errors.As(err, &failure) {
		panic(fmt.Sprintf("%v, expected %s", err, code))
	}
	equal(failure.Code, code)
	equal(len(failure.RequestID), 24)
}

func (c v1) put(key string, content []byte, options ...oss.Option) {
	check0(c.bucket.PutObject(key, bytes.NewReader(content), options...))
}

func (c v1) read(key string, options ...oss.Option) string {
	return readAll(c.bucket.GetObject(key, options...))
}

func (c v1) send(upload oss.InitiateMultipartUploadResult, number int, content []byte) oss.UploadPart {
	sent := must(c.bucket.UploadPart(upload, bytes.NewReader(content), int64(len(content)), number))
	equal(sent.ETag, quoted(content))
	return sent
}

func (c v1) list(options ...oss.Option) (names []string) {
	marker := ""
	for {
		page := must(c.bucket.ListObjects(append(options, oss.Marker(marker))...))
		for _, object := range page.Objects {
			names = append(names, object.Key)
		}
		if names = append(names, page.CommonPrefixes...); !page.IsTruncated {
			return names
		}
		marker = page.NextMarker
	}
}

func (c v1) listV2(options ...oss.Option) (names []string) {
	token := ""
	for {
		page := must(c.bucket.ListObjectsV2(append(options, oss.ContinuationToken(token))...))
		for _, object := range page.Objects {
			names = append(names, object.Key)
		}
		if names = append(names, page.CommonPrefixes...); !page.IsTruncated {
			return names
		}
		token = page.NextContinuationToken
	}
}

var v1Checks = []check[v1]{
	{"a bucket is created, listed and described", func(c v1) {
		check0(c.client.CreateBucket(c.name, oss.ACL(oss.ACLPrivate)))
		equal(must(c.client.ListBuckets(oss.Prefix(c.name))).Buckets[0].Name, c.name)
		info := must(c.client.GetBucketInfo(c.name)).BucketInfo
		equal([]string{info.Name, info.ACL, info.StorageClass, info.Location}, []string{c.name, "private", "Standard", "oss-" + region})
		equal(must(c.client.GetBucketLocation(c.name)), "oss-"+region)
		equal(must(c.client.GetBucketStat(c.name)).ObjectCount, int64(0))
		equal(must(c.client.IsBucketExist(c.name)), true)
	}},
	{"the ACL of a bucket changes", func(c v1) {
		for _, acl := range []oss.ACLType{oss.ACLPublicRead, oss.ACLPrivate} {
			check0(c.client.SetBucketACL(c.name, acl))
			equal(must(c.client.GetBucketACL(c.name)).ACL, string(acl))
		}
	}},
	{"an object is returned byte for byte, with its checksums and metadata", func(c v1) {
		c.put("whole", data, append(v1Options(), oss.ContentMD5(md5Base64(data)))...)
		equal(c.read("whole") == string(data), true)
		head := must(c.bucket.GetObjectDetailedMeta("whole"))
		checkV1Options(head)
		equal([]string{head.Get("ETag"), head.Get("X-Oss-Object-Type")}, []string{quoted(data), "Normal"})
		equal(must(c.bucket.GetObjectMeta("whole")).Get("ETag"), quoted(data))
		c.put("empty", nil)
		equal(c.read("empty"), "")
	}},
	{"ranges and conditions select what is read", func(c v1) {
		c.put("ranged", data)
		equal(c.read("ranged", oss.Range(5, 99999)) == string(data[5:100000]), true)
		equal(c.read("ranged", oss.NormalizedRange("-7")), string(data[len(data)-7:]))
		equal(c.read("ranged", oss.IfMatch(quoted(data))) == string(data), true)
		_, err := c.bucket.GetObject("ranged", oss.IfMatch(`"0"`))
		v1Refused("PreconditionFailed", err)
		_, err = c.bucket.GetObject("ranged", oss.NormalizedRange("9999999-"), oss.RangeBehavior("standard"))
		v1Refused("InvalidRange", err)
	}},
	{"a missing item is reported by its error code", func(c v1) {
		_, err := c.bucket.GetObject("absent")
		v1Refused("NoSuchKey", err)
		equal(must(c.bucket.IsObjectExist("absent")), false)
		_, err = must(c.client.Bucket(c.name + "-no")).GetObject("absent")
		v1Refused("NoSuchBucket", err)
	}},
	{"unusual keys are kept unchanged", func(c v1) {
		for _, key := range oddKeys {
			c.put("odd/"+key, []byte(key))
			equal(c.read("odd/"+key), key)
		}
		names := c.list(oss.Prefix("odd/"))
		equal(sorted(names), sorted(prefixed("odd/", oddKeys)))
		equal(sorted(must(c.bucket.DeleteObjects(names)).DeletedObjects), sorted(names))
		equal(len(c.list(oss.Prefix("odd/"))), 0)
	}},
	{"listings group by delimiter and continue page by page", func(c v1) {
		keys := prefixed("list/", []string{"a/0", "a/1", "b/0", "b/1", "z"})
		for _, key := range keys {
			c.put(key, []byte("x"))
		}
		for _, list := range []func(...oss.Option) []string{c.list, c.listV2} {
			equal(list(oss.Prefix("list/"), oss.MaxKeys(2)), keys)
			equal(list(oss.Prefix("list/"), oss.MaxKeys(1), oss.Delimiter("/")), prefixed("list/", []string{"a/", "b/", "z"}))
		}
		equal(must(c.bucket.ListObjectsV2(oss.Prefix("list/"), oss.StartAfter("list/b/1"))).Objects[0].Key, "list/z")
	}},
	{"an object is not overwritten where that is forbidden, and can be deleted twice", func(c v1) {
		c.put("once", []byte("1"), oss.ForbidOverWrite(true))
		v1Refused("FileAlreadyExists", c.bucket.PutObject("once", strings.NewReader("2"), oss.ForbidOverWrite(true)))
		check0(c.bucket.DeleteObject("once"))
		check0(c.bucket.DeleteObject("once"))
	}},
	{"the ACL of an object changes, and presigned URLs need no access key", func(c v1) {
		c.put("secret", []byte("secret"))
		for _, acl := range []oss.ACLType{oss.ACLDefault, oss.ACLPublicRead, oss.ACLPrivate} {
			check0(c.bucket.SetObjectACL("secret", acl))
			equal(must(c.bucket.GetObjectACL("secret")).ACL, string(acl))
		}
		url := must(c.bucket.SignURL("signed/中 文+.txt", oss.HTTPPut, 60))
		check0(c.bucket.PutObjectWithURL(url, strings.NewReader("signed")))
		url = must(c.bucket.SignURL("signed/中 文+.txt", oss.HTTPGet, 60, oss.ResponseContentType("text/x-signed")))
		answer := must(http.Get(url))
		equal(readAll(answer.Body, nil)+answer.Header.Get("Content-Type"), "signedtext/x-signed")
		equal(must(http.Get(strings.Replace(url, "x-signed", "x-forged", 1))).StatusCode, 403)
	}},
	{"the published sample runs: options at initiate, a file in parts, an ACL at complete", func(c v1) {
		folder, path := temporaryFile(data)
		defer os.RemoveAll(folder)
		chunks := must(oss.SplitFileByPartNum(path, 3))
		fd := must(os.Open(path))
		defer fd.Close()
		imur := must(c.bucket.InitiateMultipartUpload("exampleobject.txt", v1Options()...))
		var parts []oss.UploadPart
		var contents [][]byte
		for _, chunk := range chunks {
			must(fd.Seek(chunk.Offset, io.SeekStart))
			parts = append(parts, must(c.bucket.UploadPart(imur, fd, chunk.Size, chunk.Number)))
			contents = append(contents, data[chunk.Offset:chunk.Offset+chunk.Size])
		}
		cmur := must(c.bucket.CompleteMultipartUpload(imur, parts, oss.ObjectACL(oss.ACLPrivate)))
		equal([]string{cmur.ETag, cmur.Key}, []string{multipartETag(contents), "exampleobject.txt"})
		equal(c.read("exampleobject.txt") == string(data), true)
		equal(must(c.bucket.GetObjectACL("exampleobject.txt")).ACL, "private")
		head := must(c.bucket.GetObjectDetailedMeta("exampleobject.txt"))
		checkV1Options(head)
		equal([]string{head.Get("X-Oss-Object-Type"), head.Get("Content-MD5")}, []string{"Multipart", ""})
		_, err := c.bucket.InitiateMultipartUpload("exampleobject.txt", v1Options()...)
		v1Refused("FileAlreadyExists", err)
	}},
	{"the checksums are the published ones", func(c v1) {
		upload := must(c.bucket.InitiateMultipartUpload("golden"))
		parts := []oss.UploadPart{c.send(upload, 1, golden[0]), c.send(upload, 2, golden[1])}
		var header http.Header
		done := must(c.bucket.CompleteMultipartUpload(upload, parts, oss.GetResponseHeader(&header)))
		equal([]string{done.ETag, header.Get("X-Oss-Hash-Crc64ecma")}, []string{goldenETag, goldenCRC64})
	}},
	{"complete-all together with a list is refused, and an empty list makes an empty object", func(c v1) {
		upload := must(c.bucket.InitiateMultipartUpload("nothing"))
		_, err := c.bucket.CompleteMultipartUpload(upload, nil, oss.SetHeader("x-oss-complete-all", "yes")) // this SDK always sends a list
		v1Refused("InvalidArgument", err)
		c.send(upload, 1, chunks()[0])
		must(c.bucket.CompleteMultipartUpload(upload, nil))
		equal(c.read("nothing"), "")
	}},
	{"a sequential upload accepts its parts only in order, and its object has an MD5", func(c v1) {
		parts := chunks()[:2]
		upload := must(c.bucket.InitiateMultipartUpload("sequential", oss.Sequential()))
		_, err := c.bucket.UploadPart(upload, bytes.NewReader(parts[1]), part, 2)
		v1Refused("PartNotSequential", err)
		sent := []oss.UploadPart{c.send(upload, 1, parts[0]), c.send(upload, 2, parts[1])}
		must(c.bucket.CompleteMultipartUpload(upload, sent))
		head := must(c.bucket.GetObjectDetailedMeta("sequential"))
		equal([]string{head.Get("Content-MD5"), head.Get("ETag")}, []string{md5Base64(data[:2*part]), multipartETag(parts)})
	}},
	{"the upload of a file resumes where it was interrupted", func(c v1) {
		folder, path := temporaryFile(data)
		defer os.RemoveAll(folder)
		options := []oss.Option{oss.Routines(3), oss.Checkpoint(true, folder+"/checkpoint")}
		c.cable.rewind(4)
		if err := c.bucket.UploadFile("resumed", path, part, options...); err == nil {
			panic("the upload was not interrupted")
		}
		c.cable.rewind(uncut)
		check0(c.bucket.UploadFile("resumed", path, part, options...))
		equal(len(c.cable.sent) < len(chunks()), true) // this SDK forgets some of the parts that were in flight
		equal(c.read("resumed") == string(data), true)
	}},
	{"objects are copied whole and in parts", func(c v1) {
		c.put("source", data)
		equal(must(c.bucket.CopyObject("source", "copied")).ETag, quoted(data))
		check0(c.bucket.CopyFile(c.name, "source", "joined", 3*part, oss.Routines(3)))
		equal(c.read("copied") == string(data) && c.read("joined") == string(data), true)
	}},
	{"parts and uploads are listed page by page", func(c v1) {
		parts, numbers := chunks(), []int{1, 2, 5, 9}
		var uploads []oss.InitiateMultipartUploadResult
		for _, key := range []string{"up/a", "up/b/1", "up/b/2", "up/c d"} {
			uploads = append(uploads, must(c.bucket.InitiateMultipartUpload(key)))
		}
		var found []int
		marker := 0
		for _, number := range numbers {
			c.send(uploads[0], number, parts[number-1])
		}
		for truncated := true; truncated; {
			page := must(c.bucket.ListUploadedParts(uploads[0], oss.MaxParts(3), oss.PartNumberMarker(marker)))
			for _, listed := range page.UploadedParts {
				equal([]any{listed.ETag, listed.Size}, []any{quoted(parts[listed.PartNumber-1]), part})
				found = append(found, listed.PartNumber)
			}
			marker, truncated = found[len(found)-1], page.IsTruncated
		}
		equal(found, numbers)
		keyMarker, idMarker := "", ""
		for _, upload := range uploads {
			page := must(c.bucket.ListMultipartUploads(oss.Prefix("up/"), oss.MaxUploads(1), oss.KeyMarker(keyMarker), oss.UploadIDMarker(idMarker)))
			equal([]string{page.Uploads[0].Key, page.Uploads[0].UploadID}, []string{upload.Key, upload.UploadID})
			keyMarker, idMarker = page.NextKeyMarker, page.NextUploadIDMarker
		}
		equal(must(c.bucket.ListMultipartUploads(oss.Prefix("up/"), oss.Delimiter("/"))).CommonPrefixes, []string{"up/b/"})
		for _, upload := range uploads {
			check0(c.bucket.AbortMultipartUpload(upload))
			v1Refused("NoSuchUpload", c.bucket.AbortMultipartUpload(upload))
		}
		equal(len(must(c.bucket.ListMultipartUploads(oss.Prefix("up/"))).Uploads), 0)
	}},
	{"a refused complete leaves the upload unchanged", func(c v1) {
		upload := must(c.bucket.InitiateMultipartUpload("refused"))
		parts := []oss.UploadPart{c.send(upload, 1, []byte("short")), c.send(upload, 2, chunks()[0]), c.send(upload, 3, []byte("last"))}
		complete := func(listed ...oss.UploadPart) error {
			_, err := c.bucket.CompleteMultipartUpload(upload, listed)
			return err
		}
		v1Refused("EntityTooSmall", complete(parts...))
		v1Refused("InvalidPart", complete(oss.UploadPart{PartNumber: 4, ETag: parts[2].ETag}))
		parts[0] = c.send(upload, 1, chunks()[1]) // again, and now large enough
		check0(complete(parts...))
		equal(c.read("refused") == string(chunks()[1])+string(chunks()[0])+"last", true)
		_, err := c.bucket.UploadPart(upload, bytes.NewReader(nil), 0, 1)
		v1Refused("NoSuchUpload", err)
	}},
}

// The last check, which deletes everything.
var v1LastCheck = check[v1]{"a bucket is deleted only when it is empty", func(c v1) {
	upload := must(c.bucket.InitiateMultipartUpload("open"))
	v1Refused("BucketNotEmpty", c.client.DeleteBucket(c.name))
	must(c.bucket.DeleteObjects(c.list(), oss.DeleteObjectsQuiet(true)))
	v1Refused("BucketNotEmpty", c.client.DeleteBucket(c.name))
	check0(c.bucket.AbortMultipartUpload(upload))
	check0(c.client.DeleteBucket(c.name))
	equal(must(c.client.IsBucketExist(c.name)), false)
}}
