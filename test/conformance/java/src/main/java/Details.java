import static java.util.stream.Collectors.toList;

import java.io.ByteArrayInputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

import com.aliyun.oss.OSS;
import com.aliyun.oss.OSSException;
import com.aliyun.oss.model.*;

/** Uploads together with copies, listings, callbacks and rules. */
final class Details {
    private final Conformance target;
    private final OSS client;
    private final String bucket;

    Details(Conformance target) {
        this.target = target;
        client = target.client;
        bucket = target.bucket;
    }

    List<Harness.Check> checks() {
        return List.of(
                new Harness.Check("a part copy takes the whole source or a range, and the whole source if the range exceeds it", this::partCopies),
                new Harness.Check("a copy keeps or replaces the metadata of its source, also onto itself", this::copiedHeaders),
                new Harness.Check("the answer to a callback replaces the result, and a failed callback keeps the object", this::callbacks),
                new Harness.Check("a part of a sequential upload is never replaced", this::sequential),
                new Harness.Check("uploads are listed from any marker, and grouped by any delimiter", this::markers),
                new Harness.Check("keys with all control characters are listed unchanged", this::controlCharacters),
                new Harness.Check("a traffic limit within the allowed range is accepted, and any other refused", this::traffic),
                new Harness.Check("a rule that aborts uploads is returned as it was set", this::rules),
                new Harness.Check("the statistics of a bucket count its uploads", this::statistics),
                new Harness.Check("a repeated Complete is NoSuchUpload in strict mode, and otherwise answered like the first", this::repeated),
                new Harness.Check("a part is sent in chunks without a length", this::chunked));
    }

    private void partCopies() throws Throwable {
        String source = "parts of/a + b";
        target.put(source, Harness.DATA);
        String uploadId = target.initiate("ranges");
        PartETag first = copyPart(source, uploadId, 1, 0L, (long) Harness.PART).getPartETag();
        PartETag second = null;
        for (Long start : new Long[] {null, 1L, 9_999_999L}) {
            UploadPartCopyResult copied = copyPart(source, uploadId, 2, start, (long) Harness.DATA.length);
            second = copied.getPartETag();
            Harness.equal(Arrays.asList(copied.getETag(), copied.getResponse().getHeaders().get("Content-Range")),
                    Arrays.asList(Harness.md5Hex(Harness.DATA), null));
        }
        target.complete("ranges", uploadId, List.of(first, second));
        byte[] whole = Harness.bytes(client.getObject(bucket, "ranges").getObjectContent());
        Harness.equal(Harness.md5Hex(Arrays.copyOf(whole, Harness.PART)), Harness.md5Hex(Harness.chunks().get(0)));
        Harness.equal(Harness.md5Hex(Arrays.copyOfRange(whole, Harness.PART, whole.length)), Harness.md5Hex(Harness.DATA));
    }

    private UploadPartCopyResult copyPart(String source, String uploadId, int number, Long start, Long size) {
        UploadPartCopyRequest request = new UploadPartCopyRequest(bucket, source, bucket, "ranges", uploadId);
        request.setPartNumber(number);
        request.setBeginIndex(start);
        request.setPartSize(size);
        return client.uploadPartCopy(request);
    }

    private void copiedHeaders() throws Throwable {
        ObjectMetadata metadata = new ObjectMetadata();
        metadata.setContentType("text/plain");
        metadata.addUserMetadata("people", "test");
        client.putObject(bucket, "described", new ByteArrayInputStream(Harness.DATA), metadata);
        client.copyObject(bucket, "described", bucket, "kept");
        Harness.equal(described("kept"), "text/plain test");
        ObjectMetadata others = new ObjectMetadata();
        others.setContentType("text/html");
        others.addUserMetadata("people", "others");
        for (String key : List.of("anew", "described")) {
            CopyObjectRequest request = new CopyObjectRequest(bucket, "described", bucket, key);
            request.setNewObjectMetadata(others); // then this SDK sends REPLACE
            client.copyObject(request);
            Harness.equal(described(key), "text/html others");
        }
        Harness.refused("NoSuchKey", () -> client.copyObject(bucket, "absent", bucket, "kept"));
    }

    private String described(String key) {
        ObjectMetadata head = client.getObjectMetadata(bucket, key);
        return head.getContentType() + " " + head.getUserMetadata().get("people");
    }

    private void callbacks() throws Throwable {
        Harness.equal(Harness.text(put("/done").getCallbackResponseBody()), Harness.received("called", Harness.DATA.length));
        Harness.equal(Harness.text(end("/done").getCallbackResponseBody()), Harness.received("called%2Fparts", Harness.PART));
        client.deleteObjects(new DeleteObjectsRequest(bucket).withKeys(List.of("called", "called/parts")));
        Harness.refused("CallbackFailed", () -> put("/broken"));
        Harness.refused("CallbackFailed", () -> end("/broken"));
        Harness.equal(List.of(client.getSimplifiedObjectMeta(bucket, "called").getSize(), client.getSimplifiedObjectMeta(bucket, "called/parts").getSize()),
                List.of((long) Harness.DATA.length, (long) Harness.PART));
    }

    private PutObjectResult put(String path) {
        PutObjectRequest request = new PutObjectRequest(bucket, "called", new ByteArrayInputStream(Harness.DATA));
        request.setCallback(Harness.callback(path));
        return client.putObject(request);
    }

    private CompleteMultipartUploadResult end(String path) {
        String uploadId = target.initiate("called/parts");
        List<PartETag> parts = new ArrayList<>(List.of(target.send("called/parts", uploadId, 1, Harness.chunks().get(0))));
        CompleteMultipartUploadRequest request = new CompleteMultipartUploadRequest(bucket, "called/parts", uploadId, parts);
        request.setCallback(Harness.callback(path));
        return client.completeMultipartUpload(request);
    }

    private void sequential() {
        InitiateMultipartUploadRequest request = new InitiateMultipartUploadRequest(bucket, "in order");
        request.setSequentialMode(true);
        String uploadId = client.initiateMultipartUpload(request).getUploadId();
        target.send("in order", uploadId, 1, Harness.chunks().get(0));
        try {
            target.send("in order", uploadId, 1, Harness.chunks().get(1));
            throw new AssertionError("a part was replaced");
        } catch (OSSException refusal) {
            String etag = "<PartEtag>" + Harness.md5Hex(Harness.chunks().get(0)) + "</PartEtag>";
            Harness.equal(List.of(refusal.getErrorCode(), refusal.getRawResponseError().contains(etag)), List.of("PartAlreadyExist", true));
        }
        client.abortMultipartUpload(new AbortMultipartUploadRequest(bucket, "in order", uploadId));
    }

    private void markers() {
        List<String> names = new ArrayList<>();
        for (String key : List.of("mark/a", "mark/a", "mark/b4x", "mark/b4y", "mark/c")) {
            names.add(key + " " + target.initiate(key));
        }
        names.sort(null);
        String first = names.get(0).split(" ")[1];
        String second = names.get(1).split(" ")[1];
        Harness.equal(uploads(request -> request.setUploadIdMarker(second)), names);
        Harness.equal(uploads(request -> request.setKeyMarker("mark/a")), names.subList(2, 5));
        Harness.equal(uploads(request -> request.setKeyMarker("mark/b5")), names.subList(4, 5));
        Harness.equal(uploads(request -> {
            request.setKeyMarker("mark/a");
            request.setUploadIdMarker(first);
            request.setMaxUploads(1);
        }), names.subList(1, 2));
        Harness.equal(uploads(request -> request.setDelimiter("4")), List.of(names.get(0), names.get(1), names.get(4), "mark/b4"));
        for (String name : names) {
            client.abortMultipartUpload(new AbortMultipartUploadRequest(bucket, name.split(" ")[0], name.split(" ")[1]));
        }
    }

    /** The uploads below mark/ as `key id`, and the common prefixes. */
    private List<String> uploads(Consumer<ListMultipartUploadsRequest> change) {
        ListMultipartUploadsRequest request = new ListMultipartUploadsRequest(bucket);
        request.setPrefix("mark/");
        change.accept(request);
        MultipartUploadListing page = client.listMultipartUploads(request);
        List<String> found = page.getMultipartUploads().stream().map(upload -> upload.getKey() + " " + upload.getUploadId()).collect(toList());
        found.addAll(page.getCommonPrefixes());
        return found;
    }

    private void controlCharacters() {
        InitiateMultipartUploadRequest initiate = new InitiateMultipartUploadRequest(bucket, Harness.CONTROL_KEY);
        initiate.addParameter("encoding-type", "url"); // the parser of this SDK rejects such characters, and it requests no encoding by default
        String uploadId = client.initiateMultipartUpload(initiate).getUploadId();
        target.put(Harness.CONTROL_KEY, new byte[1]);
        ListMultipartUploadsRequest request = new ListMultipartUploadsRequest(bucket);
        request.setPrefix("control/");
        request.setEncodingType("url");
        ListObjectsRequest objects = new ListObjectsRequest(bucket).withPrefix("control/").withEncodingType("url");
        ListObjectsV2Request objectsV2 = new ListObjectsV2Request(bucket, "control/");
        objectsV2.setEncodingType("url");
        List<String> encoded = List.of(client.listMultipartUploads(request).getMultipartUploads().get(0).getKey(),
                client.listObjects(objects).getObjectSummaries().get(0).getKey(), client.listObjectsV2(objectsV2).getObjectSummaries().get(0).getKey());
        for (String key : encoded) { // this SDK leaves decoding to its caller
            Harness.equal(URLDecoder.decode(key, StandardCharsets.UTF_8), Harness.CONTROL_KEY);
        }
        client.abortMultipartUpload(new AbortMultipartUploadRequest(bucket, Harness.CONTROL_KEY, uploadId));
        client.deleteObject(bucket, Harness.CONTROL_KEY);
    }

    private void traffic() throws Throwable {
        String uploadId = target.initiate("limited");
        limited(uploadId, 83_886_080);
        Harness.refused("InvalidArgument", () -> limited(uploadId, 1));
        Harness.refused("InvalidArgument", () -> limited(uploadId, 838_860_801));
        client.abortMultipartUpload(new AbortMultipartUploadRequest(bucket, "limited", uploadId));
    }

    private void limited(String uploadId, int limit) {
        UploadPartRequest request = part("limited", uploadId);
        request.setTrafficLimit(limit);
        client.uploadPart(request);
    }

    private UploadPartRequest part(String key, String uploadId) {
        return new UploadPartRequest(bucket, key, uploadId, 1, new ByteArrayInputStream(Harness.DATA), Harness.PART);
    }

    private void rules() throws Throwable {
        LifecycleRule rule = new LifecycleRule();
        rule.setId("days");
        rule.setPrefix("tmp/");
        rule.setStatus(LifecycleRule.RuleStatus.Enabled);
        rule.setAbortMultipartUpload(new LifecycleRule.AbortMultipartUpload(30));
        SetBucketLifecycleRequest request = new SetBucketLifecycleRequest(bucket);
        request.AddLifecycleRule(rule);
        client.setBucketLifecycle(request);
        LifecycleRule found = client.getBucketLifecycle(bucket).get(0);
        Harness.equal(List.of(found.getId(), found.getPrefix(), found.getStatus(), found.getAbortMultipartUpload().getExpirationDays()),
                List.of("days", "tmp/", LifecycleRule.RuleStatus.Enabled, 30));
        client.deleteBucketLifecycle(bucket);
        Harness.refused("NoSuchLifecycle", () -> client.getBucketLifecycle(bucket));
    }

    private void statistics() {
        Supplier<Long> count = () -> client.getBucketStat(bucket).getMultipartUploadCount();
        long before = count.get();
        String uploadId = target.initiate("counted");
        Harness.equal(count.get(), before + 1);
        client.abortMultipartUpload(new AbortMultipartUploadRequest(bucket, "counted", uploadId));
        Harness.equal(count.get(), before);
    }

    private void repeated() throws Throwable {
        String uploadId = target.initiate("repeated");
        List<PartETag> parts = List.of(target.send("repeated", uploadId, 1, new byte[1]));
        String first = target.complete("repeated", uploadId, parts).getETag();
        if (Harness.STRICT) {
            Harness.refused("NoSuchUpload", () -> target.complete("repeated", uploadId, parts));
        } else {
            Harness.equal(target.complete("repeated", uploadId, parts).getETag(), first);
        }
    }

    private void chunked() {
        String uploadId = target.initiate("chunked");
        UploadPartRequest request = part("chunked", uploadId);
        request.setUseChunkEncoding(true);
        target.complete("chunked", uploadId, List.of(client.uploadPart(request).getPartETag()));
        Harness.equal(client.getObjectMetadata(bucket, "chunked").getContentLength(), (long) Harness.PART);
    }
}
