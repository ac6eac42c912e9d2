package main

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"sort"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/s3/manager"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

var every = context.Background()

// sdkChecks are facts that the AWS SDK for Go v2 sees. The first makes the bucket, and the last deletes it.
func sdkChecks() []check {
	client := s3.New(s3.Options{
		BaseEndpoint:     &endpoint,
		Region:           region,
		UsePathStyle:     true,
		Credentials:      credentials.NewStaticCredentialsProvider(keyID, secret, ""),
		RetryMaxAttempts: 1,
		// as LoadDefaultConfig sets them
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported,
	})
	bucket := aws.String(bucketNamed("go-v2"))
	get := func(key string) string {
		return readAll(must(client.GetObject(every, &s3.GetObjectInput{Bucket: bucket, Key: &key})).Body)
	}
	put := func(key, body string) {
		must(client.PutObject(every, &s3.PutObjectInput{Bucket: bucket, Key: &key, Body: strings.NewReader(body)}))
	}
	return []check{
		{"a bucket is made, found, and waited for", func() {
			must(client.CreateBucket(every, &s3.CreateBucketInput{Bucket: bucket}))
			equal(*must(client.HeadBucket(every, &s3.HeadBucketInput{Bucket: bucket})).BucketRegion, region)
			check0(s3.NewBucketExistsWaiter(client).Wait(every, &s3.HeadBucketInput{Bucket: bucket}, 5e9))
		}},
		{"an object keeps its metadata, with its checksum and its tag", func() {
			sum := md5.Sum([]byte("hello s3"))
			put := must(client.PutObject(every, &s3.PutObjectInput{
				Bucket: bucket, Key: aws.String("k"), Body: strings.NewReader("hello s3"),
				Metadata: map[string]string{"a": "x   y", "utf8": "é中文"},
			}))
			equal(*put.ETag, fmt.Sprintf(`"%x"`, sum))
			equal(*put.ChecksumCRC32, "fJy43g==")
			got := must(client.GetObject(every, &s3.GetObjectInput{
				Bucket: bucket, Key: aws.String("k"), ChecksumMode: types.ChecksumModeEnabled,
			}))
			equal(got.Metadata, map[string]string{"a": "x   y", "utf8": "é中文"})
			equal(readAll(got.Body), "hello s3")
		}},
		{"odd keys are put, listed, read and deleted", func() {
			var listed []types.ObjectIdentifier
			for _, key := range oddKeys {
				put("odd/"+key, key)
				equal(get("odd/"+key), key)
			}
			pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{
				Bucket: bucket, Prefix: aws.String("odd/"), MaxKeys: aws.Int32(3),
			})
			var keys []string
			for pages.HasMorePages() {
				for _, object := range must(pages.NextPage(every)).Contents {
					keys = append(keys, *object.Key)
					listed = append(listed, types.ObjectIdentifier{Key: object.Key})
				}
			}
			expected := make([]string, len(oddKeys))
			for index, key := range oddKeys {
				expected[index] = "odd/" + key
			}
			sort.Strings(expected)
			equal(keys, expected)
			done := must(client.DeleteObjects(every, &s3.DeleteObjectsInput{
				Bucket: bucket, Delete: &types.Delete{Objects: listed},
			}))
			equal([]int{len(done.Deleted), len(done.Errors)}, []int{len(oddKeys), 0})
		}},
		{"both transfer managers upload in parts, and download the same bytes", func() {
			done := must(manager.NewUploader(client).Upload(every, &s3.PutObjectInput{
				Bucket: bucket, Key: aws.String("managed"), Body: bytes.NewReader(data),
			}))
			equal(strings.HasSuffix(*done.ETag, `-3"`), true)
			got := manager.NewWriteAtBuffer(nil)
			must(manager.NewDownloader(client).Download(every, got, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("managed")}))
			equal(bytes.Equal(got.Bytes(), data), true)
			transfers := transfermanager.New(client)
			must(transfers.UploadObject(every, &transfermanager.UploadObjectInput{
				Bucket: bucket, Key: aws.String("transferred"), Body: bytes.NewReader(data),
			}))
			received := manager.NewWriteAtBuffer(nil)
			must(transfers.DownloadObject(every, &transfermanager.DownloadObjectInput{
				Bucket: bucket, Key: aws.String("transferred"), WriterAt: received,
			}))
			equal(bytes.Equal(received.Bytes(), data), true)
		}},
		{"a write under a condition that fails is refused, and so is a part list that names a missing part", func() {
			_, err := client.PutObject(every, &s3.PutObjectInput{
				Bucket: bucket, Key: aws.String("k"), Body: strings.NewReader("other"), IfNoneMatch: aws.String("*"),
			})
			refused(err, "PreconditionFailed")
			begun := must(client.CreateMultipartUpload(every, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: aws.String("m")}))
			_, err = client.CompleteMultipartUpload(every, &s3.CompleteMultipartUploadInput{
				Bucket: bucket, Key: aws.String("m"), UploadId: begun.UploadId,
				MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: aws.String("x")}}},
			})
			refused(err, "InvalidPart")
			must(client.AbortMultipartUpload(every, &s3.AbortMultipartUploadInput{Bucket: bucket, Key: aws.String("m"), UploadId: begun.UploadId}))
			_, err = client.HeadObject(every, &s3.HeadObjectInput{Bucket: bucket, Key: aws.String("missing")})
			refused(err, "NotFound")
		}},
		{"an object under a key of its customer is read with that key only", func() {
			key := randomBytes(32)
			sum := md5.Sum(key)
			encoded, digest := base64.StdEncoding.EncodeToString(key), base64.StdEncoding.EncodeToString(sum[:])
			must(client.PutObject(every, &s3.PutObjectInput{
				Bucket: bucket, Key: aws.String("c"), Body: strings.NewReader("secret"),
				SSECustomerAlgorithm: aws.String("AES256"), SSECustomerKey: &encoded, SSECustomerKeyMD5: &digest,
			}))
			got := must(client.GetObject(every, &s3.GetObjectInput{
				Bucket: bucket, Key: aws.String("c"),
				SSECustomerAlgorithm: aws.String("AES256"), SSECustomerKey: &encoded, SSECustomerKeyMD5: &digest,
			}))
			equal(readAll(got.Body), "secret")
			_, err := client.GetObject(every, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("c")})
			refused(err, "InvalidRequest")
		}},
		{"presigned URLs read and write without the SDK", func() {
			presigner := s3.NewPresignClient(client)
			asked := must(presigner.PresignPutObject(every, &s3.PutObjectInput{
				Bucket: bucket, Key: aws.String("p"), Metadata: map[string]string{"k": "v"},
			}))
			request := must(http.NewRequest(asked.Method, asked.URL, strings.NewReader("presigned")))
			request.Header = asked.SignedHeader
			equal(must(http.DefaultClient.Do(request)).StatusCode, 200)
			url := must(presigner.PresignGetObject(every, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("p")})).URL
			got := must(http.Get(url))
			equal(got.Header.Get("x-amz-meta-k"), "v")
			equal(readAll(got.Body), "presigned")
		}},
		{"everything is deleted, and the bucket with it", func() {
			for _, object := range must(client.ListObjectsV2(every, &s3.ListObjectsV2Input{Bucket: bucket})).Contents {
				must(client.DeleteObject(every, &s3.DeleteObjectInput{Bucket: bucket, Key: object.Key}))
			}
			must(client.DeleteBucket(every, &s3.DeleteBucketInput{Bucket: bucket}))
		}},
	}
}

// refused demands that a request was refused with a code.
func refused(err error, code string) {
	var refusal smithy.APIError
	if !errors.As(err, &refusal) {
		panic(fmt.Sprintf("not refused with %s: %v", code, err))
	}
	equal(refusal.ErrorCode(), code)
}
