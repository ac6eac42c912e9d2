// OSS's SDK for Go: `go-sdk upload|download FOLDER`.
package main

import (
	"context"
	"log"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
)

const (
	inFlight       = 8
	multipartBytes = 8 << 20
)

func main() {
	action, folder := os.Args[1], os.Args[2]
	bucket, prefix := os.Getenv("BUCKET"), os.Getenv("PREFIX")
	config := oss.LoadDefaultConfig().
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider(os.Getenv("ACCESS_KEY_ID"), os.Getenv("ACCESS_KEY_SECRET"))).
		WithRegion(os.Getenv("REGION")).
		WithEndpoint(os.Getenv("ENDPOINT")).
		WithUsePathStyle(true)
	client := oss.NewClient(config)
	if action == "upload" {
		entries, err := os.ReadDir(folder)
		check(err)
		names := []string{}
		for _, entry := range entries {
			names = append(names, entry.Name())
		}
		forEach(names, func(name string) error { return upload(client, bucket, prefix+name, filepath.Join(folder, name)) })
		return
	}
	objects := map[string]int64{}
	keys := []string{}
	pages := client.NewListObjectsV2Paginator(&oss.ListObjectsV2Request{Bucket: oss.Ptr(bucket), Prefix: oss.Ptr(prefix)})
	for pages.HasNext() {
		page, err := pages.NextPage(context.TODO())
		check(err)
		for _, object := range page.Contents {
			keys = append(keys, *object.Key)
			objects[*object.Key] = object.Size
		}
	}
	forEach(keys, func(key string) error {
		return download(client, bucket, key, objects[key], filepath.Join(folder, strings.TrimPrefix(key, prefix)))
	})
}

func upload(client *oss.Client, bucket, key, file string) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	request := &oss.PutObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr(key)}
	if info.Size() < multipartBytes {
		_, err = client.PutObjectFromFile(context.TODO(), request, file)
	} else {
		_, err = oss.NewUploader(client).UploadFile(context.TODO(), request, file)
	}
	return err
}

func download(client *oss.Client, bucket, key string, size int64, file string) (err error) {
	request := &oss.GetObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr(key)}
	if size < multipartBytes {
		_, err = client.GetObjectToFile(context.TODO(), request, file)
	} else {
		_, err = oss.NewDownloader(client).DownloadFile(context.TODO(), request, file)
	}
	return err
}

func forEach(items []string, job func(string) error) {
	left := make(chan string)
	var workers sync.WaitGroup
	for range inFlight {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for item := range left {
				check(job(item))
			}
		}()
	}
	for _, item := range items {
		left <- item
	}
	close(left)
	workers.Wait()
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
