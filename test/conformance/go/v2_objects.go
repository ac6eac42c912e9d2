package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// own runs a check in a bucket of its own, which is deleted with all that it holds.
func (c v2) own(body func(v2)) {
	name := fmt.Sprintf("%.40s-%d", *c.bucket, time.Now().UnixNano()%1_000_000)
	own := v2{c.client, &name, c.cable}
	must(c.client.PutBucket(background, &oss.PutBucketRequest{Bucket: &name}))
	defer own.clear()
	body(own)
}

func (c v2) clear() {
	for pages := c.client.NewListObjectVersionsPaginator(&oss.ListObjectVersionsRequest{Bucket: c.bucket}); pages.HasNext(); {
		page := must(pages.NextPage(background))
		for _, version := range page.ObjectVersions {
			must(c.client.DeleteObject(background, &oss.DeleteObjectRequest{Bucket: c.bucket, Key: version.Key, VersionId: version.VersionId}))
		}
		for _, marker := range page.ObjectDeleteMarkers {
			must(c.client.DeleteObject(background, &oss.DeleteObjectRequest{Bucket: c.bucket, Key: marker.Key, VersionId: marker.VersionId}))
		}
	}
	check0(c.deleteBucket())
}

func (c v2) setVersioning(status oss.VersioningStatusType) {
	must(c.client.PutBucketVersioning(background, &oss.PutBucketVersioningRequest{Bucket: c.bucket, VersioningConfiguration: &oss.VersioningConfiguration{Status: status}}))
}

func (c v2) keep(key, content string) *string {
	return must(c.client.PutObject(background, &oss.PutObjectRequest{Bucket: c.bucket, Key: &key, Body: strings.NewReader(content)})).VersionId
}

// versions lists versions and delete markers as `key version is-latest`, in pages of one.
func (c v2) versions() (found []string) {
	request := &oss.ListObjectVersionsRequest{Bucket: c.bucket, MaxKeys: 1, IsMix: true}
	for pages := c.client.NewListObjectVersionsPaginator(request); pages.HasNext(); {
		for _, one := range must(pages.NextPage(background)).ObjectVersionsDeleteMarkers {
			found = append(found, fmt.Sprint(*one.Key, " ", *one.VersionId, " ", one.IsLatest))
		}
	}
	return found
}

// restoring waits until a restore has the wanted state, and returns what HEAD shows of it.
func (c v2) restoring(key, wanted string) string {
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		head := must(c.client.HeadObject(background, &oss.HeadObjectRequest{Bucket: c.bucket, Key: &key}))
		if shown := head.Headers.Get("X-Oss-Restore"); strings.HasPrefix(shown, wanted) || time.Now().After(end) {
			return shown
		}
	}
}

// Versions, appends, symlinks, tags, archives and settings of buckets.
var v2Objects = []check[v2]{
	{"versions are kept, read, listed, restored by a copy, and deleted one by one", func(c v2) {
		c.own(func(c v2) {
			c.setVersioning(oss.VersionEnabled)
			first, second := c.keep("k", "first"), c.keep("k", "second")
			read := func(version *string) string {
				return must(c.get("k", func(request *oss.GetObjectRequest) { request.VersionId = version }))
			}
			equal([]string{c.read("k"), read(first), read(second)}, []string{"second", "first", "second"})
			marker := must(c.client.DeleteObject(background, &oss.DeleteObjectRequest{Bucket: c.bucket, Key: oss.Ptr("k")}))
			equal(marker.DeleteMarker, true)
			_, err := c.get("k", func(*oss.GetObjectRequest) {})
			v2Refused("NoSuchKey", err)
			equal(c.versions(), []string{"k " + *marker.VersionId + " true", "k " + *second + " false", "k " + *first + " false"})
			must(c.client.CopyObject(background, &oss.CopyObjectRequest{Bucket: c.bucket, Key: oss.Ptr("k"), SourceKey: oss.Ptr("k"), SourceVersionId: first}))
			equal(c.read("k"), "first")
			deleted := must(c.client.DeleteMultipleObjects(background, &oss.DeleteMultipleObjectsRequest{
				Bucket: c.bucket, Objects: []oss.DeleteObject{{Key: oss.Ptr("k"), VersionId: first}, {Key: oss.Ptr("k"), VersionId: marker.VersionId}},
			}))
			equal([]any{*deleted.DeletedObjects[0].VersionId, deleted.DeletedObjects[1].DeleteMarker}, []any{*first, true})
			v2Refused("BucketNotEmpty", c.deleteBucket())
			c.setVersioning(oss.VersionSuspended)
			equal([]string{*c.keep("k", "null"), *c.keep("k", "again")}, []string{"null", "null"})
		})
	}},
	{"an object grows by appends at its end, and the SDK's writer goes on from there", func(c v2) {
		key := "appended"
		add := func(position int64, content []byte) (int64, error) {
			result, err := c.client.AppendObject(background, &oss.AppendObjectRequest{Bucket: c.bucket, Key: &key, Position: &position, Body: bytes.NewReader(content)})
			if err != nil {
				return 0, err
			}
			return result.NextPosition, nil
		}
		next := must(add(0, golden[0]))
		equal(next, int64(part))
		_, err := add(0, golden[1])
		v2Refused("PositionNotEqualToLength", err)
		equal(must(add(next, golden[1])), int64(part+len(golden[1])))
		head := must(c.client.HeadObject(background, &oss.HeadObjectRequest{Bucket: c.bucket, Key: &key}))
		equal([]string{*head.ObjectType, *head.HashCRC64}, []string{"Appendable", goldenCRC64})
		file := must(c.client.AppendFile(background, *c.bucket, key))
		must(file.Write([]byte("!")))
		check0(file.Close())
		equal(c.read(key), string(golden[0])+string(golden[1])+"!")
		c.put("whole", golden[1])
		key = "whole"
		_, err = add(int64(len(golden[1])), golden[1])
		v2Refused("ObjectNotAppendable", err)
	}},
	{"a symlink leads to its target, names it, and fails where it leads nowhere", func(c v2) {
		c.put("target/中", golden[1])
		link := func(key, target string) {
			must(c.client.PutSymlink(background, &oss.PutSymlinkRequest{Bucket: c.bucket, Key: &key, Target: &target, Metadata: map[string]string{"of": "link"}}))
		}
		link("link", "target/中")
		equal(c.read("link"), string(golden[1]))
		found := must(c.client.GetSymlink(background, &oss.GetSymlinkRequest{Bucket: c.bucket, Key: oss.Ptr("link")}))
		equal([]any{must(url.QueryUnescape(*found.Target)), found.Metadata}, []any{"target/中", map[string]string{"of": "link"}}) // as stored: the SDK decodes nothing
		link("dangling", "nowhere")
		_, err := c.get("dangling", func(*oss.GetObjectRequest) {})
		v2Refused("SymlinkTargetNotExist", err)
		_, err = c.client.GetSymlink(background, &oss.GetSymlinkRequest{Bucket: c.bucket, Key: oss.Ptr("target/中")})
		v2Refused("NotSymlink", err)
	}},
	{"the tags of an object are set, read and deleted", func(c v2) {
		key := "tagged"
		c.put(key, golden[1])
		read := func() (found []string) {
			for _, tag := range must(c.client.GetObjectTagging(background, &oss.GetObjectTaggingRequest{Bucket: c.bucket, Key: &key})).Tags {
				found = append(found, *tag.Key+"="+*tag.Value)
			}
			return found
		}
		equal(len(read()), 0)
		tags := []oss.Tag{{Key: oss.Ptr("a b"), Value: oss.Ptr("1+1")}, {Key: oss.Ptr("c"), Value: oss.Ptr("")}}
		must(c.client.PutObjectTagging(background, &oss.PutObjectTaggingRequest{Bucket: c.bucket, Key: &key, Tagging: &oss.Tagging{TagSet: &oss.TagSet{Tags: tags}}}))
		equal(read(), []string{"a b=1+1", "c="})
		must(c.client.DeleteObjectTagging(background, &oss.DeleteObjectTaggingRequest{Bucket: c.bucket, Key: &key}))
		equal(len(read()), 0)
	}},
	{"an archived object is read after it was restored, and frozen again", func(c v2) {
		key := "archived"
		must(c.client.PutObject(background, &oss.PutObjectRequest{Bucket: c.bucket, Key: &key, Body: strings.NewReader("cold"), StorageClass: oss.StorageClassColdArchive}))
		_, err := c.get(key, func(*oss.GetObjectRequest) {})
		v2Refused("InvalidObjectState", err)
		restore := func() (*oss.RestoreObjectResult, error) {
			return c.client.RestoreObject(background, &oss.RestoreObjectRequest{
				Bucket: c.bucket, Key: &key, RestoreRequest: &oss.RestoreRequest{Days: 3, Tier: oss.Ptr("Standard")},
			})
		}
		begun := must(restore())
		equal([]string{begun.Status, *begun.RestorePriority}, []string{"202 Accepted", "Standard"})
		_, err = restore()
		v2Refused("RestoreAlreadyInProgress", err)
		_, err = c.client.CleanRestoredObject(background, &oss.CleanRestoredObjectRequest{Bucket: c.bucket, Key: &key})
		v2Refused("ArchiveRestoreNotFinished", err)
		c.restoring(key, `ongoing-request="false", expiry-date="`)
		equal(c.read(key), "cold")
		equal(must(restore()).StatusCode, 200)
		must(c.client.CleanRestoredObject(background, &oss.CleanRestoredObjectRequest{Bucket: c.bucket, Key: &key}))
		_, err = c.get(key, func(*oss.GetObjectRequest) {})
		v2Refused("InvalidObjectState", err)
	}},
	{"objects are encrypted as they, or their bucket, demand", func(c v2) {
		c.own(func(c v2) {
			must(c.client.PutBucketEncryption(background, &oss.PutBucketEncryptionRequest{Bucket: c.bucket, ServerSideEncryptionRule: &oss.ServerSideEncryptionRule{
				ApplyServerSideEncryptionByDefault: &oss.ApplyServerSideEncryptionByDefault{SSEAlgorithm: oss.Ptr("AES256")},
			}}))
			rule := must(c.client.GetBucketEncryption(background, &oss.GetBucketEncryptionRequest{Bucket: c.bucket})).ServerSideEncryptionRule
			equal(*rule.ApplyServerSideEncryptionByDefault.SSEAlgorithm, "AES256")
			for key, algorithm := range map[string]*string{"default": nil, "SM4": oss.Ptr("SM4"), "KMS": oss.Ptr("KMS")} {
				must(c.client.PutObject(background, &oss.PutObjectRequest{Bucket: c.bucket, Key: &key, Body: bytes.NewReader(data), ServerSideEncryption: algorithm}))
				head := must(c.client.HeadObject(background, &oss.HeadObjectRequest{Bucket: c.bucket, Key: &key}))
				equal([]any{*head.ServerSideEncryption, head.ServerSideEncryptionKeyId != nil}, []any{strings.Replace(key, "default", "AES256", 1), key == "KMS"})
				ranged := must(c.get(key, func(request *oss.GetObjectRequest) {
					request.Range, request.RangeBehavior = oss.Ptr("bytes=70000-170000"), oss.Ptr("standard")
				}))
				equal(ranged == string(data[70000:170001]) && c.read(key) == string(data), true)
			}
			must(c.client.DeleteBucketEncryption(background, &oss.DeleteBucketEncryptionRequest{Bucket: c.bucket}))
			_, err := c.client.GetBucketEncryption(background, &oss.GetBucketEncryptionRequest{Bucket: c.bucket})
			v2Refused("NoSuchServerSideEncryptionRule", err)
		})
	}},
	{"rules of a lifecycle come back as they were set, and show when an object expires", func(c v2) {
		c.own(func(c v2) {
			rule := oss.LifecycleRule{
				ID: oss.Ptr("r"), Prefix: oss.Ptr("log/"), Status: oss.Ptr("Enabled"),
				Transitions:                 []oss.LifecycleRuleTransition{{Days: oss.Ptr(int32(3)), StorageClass: oss.StorageClassIA}},
				Expiration:                  &oss.LifecycleRuleExpiration{Days: oss.Ptr(int32(10))},
				NoncurrentVersionExpiration: &oss.NoncurrentVersionExpiration{NoncurrentDays: oss.Ptr(int32(5))},
				Tags:                        []oss.Tag{{Key: oss.Ptr("a"), Value: oss.Ptr("b")}},
			}
			must(c.client.PutBucketLifecycle(background, &oss.PutBucketLifecycleRequest{Bucket: c.bucket, LifecycleConfiguration: &oss.LifecycleConfiguration{Rules: []oss.LifecycleRule{rule}}}))
			found := must(c.client.GetBucketLifecycle(background, &oss.GetBucketLifecycleRequest{Bucket: c.bucket})).LifecycleConfiguration.Rules[0]
			equal([]any{*found.ID, *found.Expiration.Days, *found.Transitions[0].Days, *found.NoncurrentVersionExpiration.NoncurrentDays, *found.Tags[0].Key},
				[]any{"r", int32(10), int32(3), int32(5), "a"})
			key := "log/k"
			must(c.client.PutObject(background, &oss.PutObjectRequest{Bucket: c.bucket, Key: &key, Body: strings.NewReader("x"), Tagging: oss.Ptr("a=b")}))
			shown := must(c.client.HeadObject(background, &oss.HeadObjectRequest{Bucket: c.bucket, Key: &key})).Headers.Get("X-Oss-Expiration")
			equal(strings.Contains(shown, `rule-id="r"`), true)
			must(c.client.DeleteBucketLifecycle(background, &oss.DeleteBucketLifecycleRequest{Bucket: c.bucket}))
			_, err := c.client.GetBucketLifecycle(background, &oss.GetBucketLifecycleRequest{Bucket: c.bucket})
			v2Refused("NoSuchLifecycle", err)
		})
	}},
	{"a website shows its pages to everyone, and its rules come back with their defaults", func(c v2) {
		c.own(func(c v2) {
			mirror := oss.RoutingRule{
				RuleNumber: oss.Ptr(int64(1)), Condition: &oss.RoutingRuleCondition{KeyPrefixEquals: oss.Ptr("m/"), HttpErrorCodeReturnedEquals: oss.Ptr(int64(404))},
				Redirect: &oss.RoutingRuleRedirect{RedirectType: oss.Ptr("Mirror"), MirrorURL: oss.Ptr("http://origin.example/")},
			}
			must(c.client.PutBucketWebsite(background, &oss.PutBucketWebsiteRequest{Bucket: c.bucket, WebsiteConfiguration: &oss.WebsiteConfiguration{
				IndexDocument: &oss.IndexDocument{Suffix: oss.Ptr("index.html")}, ErrorDocument: &oss.ErrorDocument{Key: oss.Ptr("error.html")},
				RoutingRules: &oss.RoutingRules{RoutingRules: []oss.RoutingRule{mirror}},
			}}))
			found := must(c.client.GetBucketWebsite(background, &oss.GetBucketWebsiteRequest{Bucket: c.bucket})).WebsiteConfiguration
			redirect := found.RoutingRules.RoutingRules[0].Redirect
			equal([]any{*found.IndexDocument.Suffix, *redirect.PassQueryString, *redirect.MirrorFollowRedirect, *redirect.MirrorCheckMd5}, []any{"index.html", false, true, false})
			for _, page := range []string{"index.html", "error.html"} {
				must(c.client.PutObject(background, &oss.PutObjectRequest{Bucket: c.bucket, Key: &page, Body: strings.NewReader(page), Acl: oss.ObjectACLPublicRead}))
			}
			for path, shown := range map[string]string{"": "200 index.html", "error.html": "200 error.html"} {
				answer := must(http.Get(endpoint + "/" + *c.bucket + "/" + path))
				equal(fmt.Sprint(answer.StatusCode, " ", string(must(io.ReadAll(answer.Body)))), shown)
				check0(answer.Body.Close())
			}
			must(c.client.DeleteBucketWebsite(background, &oss.DeleteBucketWebsiteRequest{Bucket: c.bucket}))
		})
	}},
	{"a retention policy is begun, locked and extended, and until then given up", func(c v2) {
		c.own(func(c v2) {
			begin := func() *string {
				return must(c.client.InitiateBucketWorm(background, &oss.InitiateBucketWormRequest{
					Bucket: c.bucket, InitiateWormConfiguration: &oss.InitiateWormConfiguration{RetentionPeriodInDays: oss.Ptr(int32(1))},
				})).WormId
			}
			begin()
			must(c.client.AbortBucketWorm(background, &oss.AbortBucketWormRequest{Bucket: c.bucket}))
			id := begin()
			must(c.client.CompleteBucketWorm(background, &oss.CompleteBucketWormRequest{Bucket: c.bucket, WormId: id}))
			must(c.client.ExtendBucketWorm(background, &oss.ExtendBucketWormRequest{
				Bucket: c.bucket, WormId: id, ExtendWormConfiguration: &oss.ExtendWormConfiguration{RetentionPeriodInDays: oss.Ptr(int32(2))},
			}))
			worm := must(c.client.GetBucketWorm(background, &oss.GetBucketWormRequest{Bucket: c.bucket})).WormConfiguration
			equal([]any{*worm.WormId, worm.State, *worm.RetentionPeriodInDays}, []any{*id, oss.BucketWormStateLocked, int32(2)})
			_, err := c.client.AbortBucketWorm(background, &oss.AbortBucketWormRequest{Bucket: c.bucket})
			v2Refused("WORMConfigurationLocked", err)
		})
	}},
	{"rules about overwriting protect what they name, and a missing bucket is MalformedXML", func(c v2) {
		c.own(func(c v2) {
			put := func(bucket *string) error {
				_, err := c.client.PutBucketOverwriteConfig(background, &oss.PutBucketOverwriteConfigRequest{Bucket: bucket, OverwriteConfiguration: &oss.OverwriteConfiguration{
					Rules: []oss.OverwriteRule{{ID: oss.Ptr("1"), Action: oss.Ptr("forbid"), Prefix: oss.Ptr("kept/"), Suffix: oss.Ptr(".txt")}},
				}})
				return err
			}
			check0(put(c.bucket))
			found := must(c.client.GetBucketOverwriteConfig(background, &oss.GetBucketOverwriteConfigRequest{Bucket: c.bucket})).OverwriteConfiguration.Rules[0]
			equal([]string{*found.ID, *found.Action, *found.Prefix, *found.Suffix}, []string{"1", "forbid", "kept/", ".txt"})
			c.put("kept/a.txt", golden[1])
			_, err := c.client.PutObject(background, &oss.PutObjectRequest{Bucket: c.bucket, Key: oss.Ptr("kept/a.txt"), Body: strings.NewReader("new")})
			v2Refused("FileAlreadyExists", err)
			equal(c.read("kept/a.txt"), string(golden[1]))
			must(c.client.DeleteBucketOverwriteConfig(background, &oss.DeleteBucketOverwriteConfigRequest{Bucket: c.bucket}))
			c.put("kept/a.txt", golden[0])
			v2Refused("MalformedXML", put(oss.Ptr(*c.bucket+"-missing")))
		})
	}},
	{"an access point is created, described, listed and given a policy", func(c v2) {
		c.own(func(c v2) {
			name := fmt.Sprintf("ap-%d", time.Now().UnixNano()%1_000_000)
			made := must(c.client.CreateAccessPoint(background, &oss.CreateAccessPointRequest{
				Bucket: c.bucket, CreateAccessPointConfiguration: &oss.CreateAccessPointConfiguration{AccessPointName: &name, NetworkOrigin: oss.Ptr("internet")},
			}))
			found := must(c.client.GetAccessPoint(background, &oss.GetAccessPointRequest{Bucket: c.bucket, AccessPointName: &name}))
			equal([]string{*found.AccessPointArn, *found.Alias, *found.NetworkOrigin}, []string{*made.AccessPointArn, *made.Alias, "internet"})
			listed := must(c.client.ListAccessPoints(background, &oss.ListAccessPointsRequest{Bucket: c.bucket})).AccessPoints
			equal([]any{len(listed), *listed[0].AccessPointName}, []any{1, name})
			policy := `{"Version":"1","Statement":[{"Action":["oss:GetObject"],"Effect":"Deny","Principal":["20"],"Resource":["` + strings.TrimPrefix(*made.AccessPointArn, "arn:") + `/object/*"]}]}`
			must(c.client.PutAccessPointPolicy(background, &oss.PutAccessPointPolicyRequest{Bucket: c.bucket, AccessPointName: &name, Body: strings.NewReader(policy)}))
			equal(must(c.client.GetAccessPointPolicy(background, &oss.GetAccessPointPolicyRequest{Bucket: c.bucket, AccessPointName: &name})).Body, policy)
			v2Refused("BucketNotEmpty", c.deleteBucket())
			must(c.client.DeleteAccessPoint(background, &oss.DeleteAccessPointRequest{Bucket: c.bucket, AccessPointName: &name}))
			_, err := c.client.GetAccessPoint(background, &oss.GetAccessPointRequest{Bucket: c.bucket, AccessPointName: &name})
			v2Refused("NoSuchAccessPoint", err)
		})
	}},
}
