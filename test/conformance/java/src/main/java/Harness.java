import static java.util.stream.Collectors.joining;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;

import com.aliyun.oss.OSSException;
import com.aliyun.oss.model.Callback;

/** Bytes to upload, their tags by OSS's recipes, and a line of output for each check. */
final class Harness {
    static final String ENDPOINT = System.getenv("ENDPOINT");
    static final String REGION = System.getenv("REGION");
    static final boolean STRICT = Boolean.parseBoolean(System.getenv("STRICT_OSS"));
    static final int PART = 100 * 1024;
    static final byte[] DATA = randomBytes(9 * PART + 12_345);
    static final List<String> ODD_KEYS = List.of("a b", "a+b", "100%", "%41", "a?b#c&d=e", "中文/文件", "é", "a//b", "~!*()'\"", "<&>", "😀", ".a/..b",
            "tab\tline\nend");
    /** A key with the control characters from 0x01 to 0x1F. */
    static final String CONTROL_KEY = "control/" + IntStream.range(1, 32).mapToObj(Character::toString).collect(joining());

    /** Code that may throw anything. */
    interface Body {
        void run() throws Throwable;
    }

    /** A fact about the server that holds unless the body throws. */
    record Check(String fact, Body body) {
        /** Prints the check's line, and returns whether it holds. */
        boolean holds(String variant) {
            try {
                body.run();
                System.out.println("ok " + variant + ": " + fact);
                return true;
            } catch (Throwable problem) {
                String place = Arrays.stream(problem.getStackTrace()).filter(frame -> frame.getClassName().startsWith("Conformance") || frame.getClassName().startsWith("Details") || frame.getClassName().startsWith("Settings"))
                        .map(frame -> " (line " + frame.getLineNumber() + ")").findFirst().orElse("");
                System.out.println("not ok " + variant + ": " + fact + ": " + problem.toString().replaceAll("\\s+", " ") + place);
                return false;
            }
        }
    }

    static void equal(Object actual, Object expected) {
        if (!Objects.equals(actual, expected)) {
            throw new AssertionError(shortened(actual) + " instead of " + shortened(expected));
        }
    }

    /** Requires that OSS refuses the body's request with this code and a complete request id. */
    static void refused(String code, Body body) throws Throwable {
        try {
            body.run();
        } catch (OSSException refusal) {
            equal(List.of(refusal.getErrorCode(), refusal.getRequestId().length()), List.of(code, 24));
            return;
        }
        throw new AssertionError("accepted, but " + code + " was due");
    }

    /** A callback to the application. */
    static Callback callback(String path) {
        Callback callback = new Callback();
        callback.setCallbackUrl(System.getenv("APPLICATION_URL") + path);
        callback.setCallbackBody("key=${object}&size=${size}&user=${x:user}");
        callback.addCallbackVar("x:user", "a b");
        return callback;
    }

    /** The application's answer to such a callback at /done. */
    static String received(String key, int size) {
        return "{\"Status\":\"OK\",\"received\":\"key=" + key + "&size=" + size + "&user=a%20b\"}";
    }

    private static String shortened(Object value) {
        String text = String.valueOf(value);
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }

    private static byte[] randomBytes(int size) {
        byte[] bytes = new byte[size];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    /** The parts of 100 KiB of the data. */
    static List<byte[]> chunks() {
        List<byte[]> parts = new ArrayList<>();
        for (int start = 0; start < DATA.length; start += PART) {
            parts.add(Arrays.copyOfRange(DATA, start, Math.min(start + PART, DATA.length)));
        }
        return parts;
    }

    private static byte[] md5(byte[] content) {
        try {
            return MessageDigest.getInstance("MD5").digest(content);
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static String md5Hex(byte[] content) {
        return HexFormat.of().withUpperCase().formatHex(md5(content));
    }

    static String md5Base64(byte[] content) {
        return Base64.getEncoder().encodeToString(md5(content));
    }

    /** OSS's ETag of an object: the MD5 of its parts' ETags, joined as text, and their number. */
    static String multipartETag(List<byte[]> parts) {
        StringBuilder joined = new StringBuilder();
        parts.forEach(part -> joined.append(md5Hex(part)));
        return md5Hex(joined.toString().getBytes()) + "-" + parts.size();
    }

    static String text(InputStream stream) throws Exception {
        return new String(bytes(stream));
    }

    static byte[] bytes(InputStream stream) throws Exception {
        try (stream) {
            return stream.readAllBytes();
        }
    }

    /** A file with the data, in a temporary folder. */
    static Path dataFile() throws Exception {
        return Files.write(Files.createTempDirectory("conformance-").resolve("file"), DATA);
    }

    static Map<String, String> sampleHeaders() {
        return Map.of("Cache-Control", "no-cache", "Content-Disposition", "attachment;filename=oss_MultipartUpload.txt", "Content-Encoding", "utf-8",
                "Content-Type", "text/plain", "x-oss-storage-class", "Standard");
    }
}
