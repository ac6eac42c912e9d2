import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import com.aliyun.oss.OSS;
import com.aliyun.oss.model.*;

/** Versions, appends, symlinks, tags, archives and settings of buckets. */
final class Settings {
    /** The published value of 102,400 times `a` and `hello oss`. */
    private static final long GOLDEN_CRC64 = Long.parseUnsignedLong("14439424006907896166");

    private final OSS client;
    private final String bucket;

    /** A check in a bucket of its own. */
    private interface InBucket {
        void run(String bucket) throws Throwable;
    }

    Settings(Conformance target) {
        client = target.client;
        bucket = target.bucket;
    }

    List<Harness.Check> checks() {
        return List.of(
                new Harness.Check("versions are kept, read, listed, restored by a copy, and deleted one by one", () -> own(this::versions)),
                new Harness.Check("an object grows by appends at its end, and by nothing else", this::appends),
                new Harness.Check("a symlink leads to its target, names it, and fails where it leads nowhere", this::symlinks),
                new Harness.Check("the tags of an object are set, read and deleted", this::tags),
                new Harness.Check("an archived object is read after it was restored", this::archives),
                new Harness.Check("objects are encrypted as they, or their bucket, demand", () -> own(this::encryption)),
                new Harness.Check("rules of a lifecycle come back as they were set", () -> own(this::lifecycle)),
                new Harness.Check("a website shows its pages to everyone, and its rules come back as they were set", () -> own(this::website)),
                new Harness.Check("a retention policy is begun, locked and extended, and until then given up", () -> own(this::worm)));
    }

    /** Runs a check in a new bucket, which is deleted with all that it holds. */
    private void own(InBucket check) throws Throwable {
        String own = (bucket.length() > 40 ? bucket.substring(0, 40) : bucket) + "-" + System.nanoTime() % 1_000_000;
        client.createBucket(own);
        check.run(own);
        for (OSSVersionSummary version : client.listVersions(own, null).getVersionSummaries()) {
            client.deleteVersion(own, version.getKey(), version.getVersionId());
        }
        client.deleteBucket(own);
    }

    private String put(String own, String key, String content) {
        return client.putObject(own, key, new ByteArrayInputStream(content.getBytes())).getVersionId();
    }

    private String read(GetObjectRequest request) throws Exception {
        return new String(Harness.bytes(client.getObject(request).getObjectContent()));
    }

    /** Versions and delete markers as `version is-latest is-marker`, in pages of one. */
    private List<String> listed(String own) {
        List<String> found = new ArrayList<>();
        ListVersionsRequest request = new ListVersionsRequest().withBucketName(own).withMaxResults(1);
        for (VersionListing page;;) {
            page = client.listVersions(request);
            for (OSSVersionSummary one : page.getVersionSummaries()) {
                found.add(one.getVersionId() + " " + one.isLatest() + " " + one.isDeleteMarker());
            }
            if (!page.isTruncated()) {
                return found;
            }
            request.setKeyMarker(page.getNextKeyMarker());
            request.setVersionIdMarker(page.getNextVersionIdMarker());
        }
    }

    private void setVersioning(String own, String status) {
        client.setBucketVersioning(new SetBucketVersioningRequest(own, new BucketVersioningConfiguration(status)));
    }

    private void versions(String own) throws Throwable {
        setVersioning(own, BucketVersioningConfiguration.ENABLED);
        Harness.equal(client.getBucketVersioning(own).getStatus(), "Enabled");
        String first = put(own, "k", "first");
        String second = put(own, "k", "second");
        Harness.equal(List.of(read(new GetObjectRequest(own, "k")), read(new GetObjectRequest(own, "k", first))), List.of("second", "first"));
        client.deleteObject(own, "k");
        Harness.refused("NoSuchKey", () -> client.getObject(own, "k"));
        List<String> all = listed(own);
        Harness.equal(all.subList(1, 3), List.of(second + " false false", first + " false false"));
        Harness.equal(all.get(0).endsWith(" true true"), true);
        String marker = all.get(0).split(" ")[0];
        client.copyObject(new CopyObjectRequest(own, "k", first, own, "k"));
        Harness.equal(read(new GetObjectRequest(own, "k")), "first");
        DeleteVersionsResult deleted = client.deleteVersions(new DeleteVersionsRequest(own)
                .withKeys(List.of(new DeleteVersionsRequest.KeyVersion("k", first), new DeleteVersionsRequest.KeyVersion("k", marker))));
        Harness.equal(deleted.getDeletedVersions().size(), 2);
        Harness.refused("BucketNotEmpty", () -> client.deleteBucket(own));
        setVersioning(own, BucketVersioningConfiguration.SUSPENDED);
        Harness.equal(List.of(put(own, "k", "null"), put(own, "k", "again")), List.of("null", "null"));
    }

    private AppendObjectResult append(String key, long position, byte[] content, Long crc) {
        return client.appendObject(new AppendObjectRequest(bucket, key, new ByteArrayInputStream(content)).withPosition(position).withInitCRC(crc));
    }

    private void appends() throws Throwable {
        byte[] head = "a".repeat(Harness.PART).getBytes();
        byte[] tail = "hello oss".getBytes();
        AppendObjectResult first = append("grown", 0, head, 0L);
        Harness.equal(first.getNextPosition(), (long) head.length);
        Harness.refused("PositionNotEqualToLength", () -> append("grown", 0, tail, null));
        AppendObjectResult second = append("grown", head.length, tail, first.getClientCRC());
        Harness.equal(List.of(second.getNextPosition(), second.getServerCRC()), List.of((long) (head.length + tail.length), GOLDEN_CRC64));
        Harness.equal(client.getObjectMetadata(bucket, "grown").getObjectType(), "Appendable");
        put(bucket, "whole", "x");
        Harness.refused("ObjectNotAppendable", () -> append("whole", 1, tail, null));
    }

    private void symlinks() throws Throwable {
        put(bucket, "target/中", "target");
        client.createSymlink(bucket, "link", "target/中");
        Harness.equal(read(new GetObjectRequest(bucket, "link")), "target");
        Harness.equal(client.getSymlink(bucket, "link").getTarget(), "target/中");
        client.createSymlink(bucket, "dangling", "nowhere");
        Harness.refused("SymlinkTargetNotExist", () -> client.getObject(bucket, "dangling"));
        Harness.refused("NotSymlink", () -> client.getSymlink(bucket, "target/中"));
    }

    private void tags() {
        put(bucket, "tagged", "x");
        Harness.equal(client.getObjectTagging(bucket, "tagged").getAllTags(), Map.of());
        Map<String, String> tags = new TreeMap<>(Map.of("a b", "1+1", "c", ""));
        client.setObjectTagging(bucket, "tagged", tags);
        Harness.equal(new TreeMap<>(client.getObjectTagging(bucket, "tagged").getAllTags()), tags);
        client.deleteObjectTagging(bucket, "tagged");
        Harness.equal(client.getObjectTagging(bucket, "tagged").getAllTags(), Map.of());
    }

    private void archives() throws Throwable {
        ObjectMetadata metadata = new ObjectMetadata();
        metadata.setHeader("x-oss-storage-class", "Archive");
        client.putObject(bucket, "archived", new ByteArrayInputStream("cold".getBytes()), metadata);
        Harness.refused("InvalidObjectState", () -> client.getObject(bucket, "archived"));
        client.restoreObject(bucket, "archived");
        Harness.refused("RestoreAlreadyInProgress", () -> client.restoreObject(bucket, "archived"));
        for (long end = System.currentTimeMillis() + 20_000; System.currentTimeMillis() < end; Thread.sleep(200)) {
            if (client.getObjectMetadata(bucket, "archived").isRestoreCompleted()) {
                break;
            }
        }
        Harness.equal(read(new GetObjectRequest(bucket, "archived")), "cold");
    }

    private void encryption(String own) throws Throwable {
        ServerSideEncryptionConfiguration configuration = new ServerSideEncryptionConfiguration();
        configuration.setApplyServerSideEncryptionByDefault(new ServerSideEncryptionByDefault("AES256"));
        client.setBucketEncryption(new SetBucketEncryptionRequest(own, configuration));
        Harness.equal(client.getBucketEncryption(own).getApplyServerSideEncryptionByDefault().getSSEAlgorithm(), "AES256");
        for (String algorithm : List.of("AES256", "SM4", "KMS")) {
            ObjectMetadata metadata = new ObjectMetadata();
            if (!algorithm.equals("AES256")) {
                metadata.setServerSideEncryption(algorithm);
            }
            client.putObject(own, algorithm, new ByteArrayInputStream(Harness.DATA), metadata);
            Harness.equal(client.getObjectMetadata(own, algorithm).getServerSideEncryption(), algorithm);
            Harness.equal(Harness.md5Hex(Harness.bytes(client.getObject(own, algorithm).getObjectContent())), Harness.md5Hex(Harness.DATA));
        }
        client.deleteBucketEncryption(own);
        Harness.refused("NoSuchServerSideEncryptionRule", () -> client.getBucketEncryption(own));
    }

    private void lifecycle(String own) throws Throwable {
        LifecycleRule rule = new LifecycleRule("r", "log/", LifecycleRule.RuleStatus.Enabled, 10);
        LifecycleRule.StorageTransition transition = new LifecycleRule.StorageTransition();
        transition.setExpirationDays(3);
        transition.setStorageClass(StorageClass.IA);
        rule.setStorageTransition(List.of(transition));
        SetBucketLifecycleRequest request = new SetBucketLifecycleRequest(own);
        request.setLifecycleRules(new ArrayList<>(List.of(rule)));
        client.setBucketLifecycle(request);
        LifecycleRule found = client.getBucketLifecycle(own).get(0);
        Harness.equal(List.of(found.getId(), found.getPrefix(), found.getExpirationDays(), found.getStorageTransition().get(0).getExpirationDays()),
                List.of("r", "log/", 10, 3));
        put(own, "log/k", "x");
        Harness.equal(String.valueOf(client.getObjectMetadata(own, "log/k").getRawMetadata().get("x-oss-expiration")).contains("rule-id=\"r\""), true);
        client.deleteBucketLifecycle(own);
        Harness.refused("NoSuchLifecycle", () -> client.getBucketLifecycle(own));
    }

    private void website(String own) throws Throwable {
        SetBucketWebsiteRequest request = new SetBucketWebsiteRequest(own);
        request.setIndexDocument("index.html");
        request.setErrorDocument("error.html");
        RoutingRule rule = new RoutingRule();
        rule.setNumber(1);
        rule.getCondition().setKeyPrefixEquals("m/");
        rule.getCondition().setHttpErrorCodeReturnedEquals(404);
        rule.getRedirect().setRedirectType(RoutingRule.RedirectType.Mirror);
        rule.getRedirect().setMirrorURL("http://origin.example/");
        request.setRoutingRules(List.of(rule));
        client.setBucketWebsite(request);
        BucketWebsiteResult found = client.getBucketWebsite(own);
        RoutingRule.Redirect redirect = found.getRoutingRules().get(0).getRedirect();
        Harness.equal(List.of(found.getIndexDocument(), redirect.getMirrorURL(), redirect.isMirrorFollowRedirect()),
                List.of("index.html", "http://origin.example/", true));
        put(own, "index.html", "index");
        client.setObjectAcl(own, "index.html", CannedAccessControlList.PublicRead);
        HttpResponse<String> page = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(Harness.ENDPOINT + "/" + own + "/")).build(),
                BodyHandlers.ofString());
        Harness.equal(List.of(page.statusCode(), page.body()), List.of(200, "index"));
        client.deleteBucketWebsite(own);
        Harness.refused("NoSuchWebsiteConfiguration", () -> client.getBucketWebsite(own));
    }

    private void worm(String own) throws Throwable {
        client.initiateBucketWorm(new InitiateBucketWormRequest(own, 1));
        client.abortBucketWorm(own);
        String id = client.initiateBucketWorm(new InitiateBucketWormRequest(own, 1)).getWormId();
        client.completeBucketWorm(own, id);
        client.extendBucketWorm(own, id, 2);
        GetBucketWormResult found = client.getBucketWorm(own);
        Harness.equal(List.of(found.getWormId(), found.getWormState(), found.getRetentionPeriodInDays()), List.of(id, "Locked", 2));
        Harness.refused("WORMConfigurationLocked", () -> client.abortBucketWorm(own));
    }
}
