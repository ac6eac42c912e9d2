import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import java.io.ByteArrayInputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import com.aliyun.oss.ClientBuilderConfiguration;
import com.aliyun.oss.HttpMethod;
import com.aliyun.oss.OSS;
import com.aliyun.oss.OSSClientBuilder;
import com.aliyun.oss.common.auth.Credentials;
import com.aliyun.oss.common.auth.CredentialsProvider;
import com.aliyun.oss.common.auth.CredentialsProviderFactory;
import com.aliyun.oss.common.auth.InstanceProfileCredentialsFetcher;
import com.aliyun.oss.common.auth.InstanceProfileCredentialsProvider;
import com.aliyun.oss.common.auth.STSAssumeRoleSessionCredentialsProvider;
import com.aliyun.oss.common.comm.SignVersion;
import com.aliyuncs.auth.BasicCredentials;
import com.aliyuncs.http.HttpClientConfig;
import com.aliyuncs.profile.DefaultProfile;

/** Uses the server at ENDPOINT with temporary keys of the SDK's own providers: one line per check, exit code 1 if any fails. */
public final class Access {
    private static final String BUCKET = System.getenv("BUCKET");
    private static final String HELLO = "hello";

    public static void main(String[] arguments) throws Exception {
        boolean holds = true;
        for (SignVersion version : List.of(SignVersion.V1, SignVersion.V2, SignVersion.V4)) {
            for (Map.Entry<String, CredentialsProvider> provider : providers().entrySet()) {
                holds &= check(version, provider.getKey(), provider.getValue());
            }
        }
        Credentials key = assumeRole().getCredentials();
        for (String version : List.of("V1", "V4")) {
            holds &= new Harness.Check("a form that a temporary key signs uploads what its policy allows", () -> {
                Harness.equal(post(version, "in/form", key), 204);
                Harness.equal(post(version, "out/form", key), 403);
            }).holds("Java " + version);
        }
        System.exit(holds ? 0 : 1);
    }

    private static Map<String, CredentialsProvider> providers() throws Exception {
        Map<String, CredentialsProvider> providers = new LinkedHashMap<>();
        providers.put("a role that was assumed", assumeRole());
        providers.put("an instance", new InstanceProfileCredentialsProvider(System.getenv("ROLE")).withCredentialsFetcher(new InstanceProfileCredentialsFetcher() {
            @Override
            public URL buildUrl() {
                try {
                    return new URL(System.getenv("INSTANCE_URL"));
                } catch (java.net.MalformedURLException impossible) {
                    throw new AssertionError(impossible);
                }
            }
        }));
        providers.put("a URI", CredentialsProviderFactory.newCustomSessionCredentialsProvider(System.getenv("CREDENTIALS_URI")));
        return providers;
    }

    /** The provider that calls AssumeRole itself, always by TLS. */
    private static STSAssumeRoleSessionCredentialsProvider assumeRole() {
        DefaultProfile.addEndpoint(Harness.REGION, "Sts", URI.create(System.getenv("STS_URL")).getAuthority());
        DefaultProfile profile = DefaultProfile.getProfile(Harness.REGION);
        HttpClientConfig config = HttpClientConfig.getDefault();
        config.setIgnoreSSLCerts(true); // the certificate signs itself
        profile.setHttpClientConfig(config);
        BasicCredentials user = new BasicCredentials(System.getenv("USER_KEY_ID"), System.getenv("USER_KEY_SECRET"));
        return new STSAssumeRoleSessionCredentialsProvider(user, System.getenv("ROLE_ARN"), profile).withExpiredDuration(900);
    }

    private static boolean check(SignVersion version, String name, CredentialsProvider provider) {
        ClientBuilderConfiguration configuration = new ClientBuilderConfiguration();
        configuration.setSignatureVersion(version);
        OSS client = OSSClientBuilder.create().endpoint(Harness.ENDPOINT).region(Harness.REGION).credentialsProvider(provider).clientConfiguration(configuration).build();
        String at = version + ", " + name;
        boolean holds = new Harness.Check("a temporary key writes and reads below the prefix of its role, and nowhere else", () -> {
            client.putObject(BUCKET, "in/java", new ByteArrayInputStream(HELLO.getBytes()));
            Harness.equal(Harness.text(client.getObject(BUCKET, "in/java").getObjectContent()), HELLO);
            Harness.refused("AccessDenied", () -> client.putObject(BUCKET, "out/java", new ByteArrayInputStream(HELLO.getBytes())));
        }).holds(at);
        if (version != SignVersion.V2) { // this SDK does not sign URLs by V2
            holds &= new Harness.Check("a URL that it signs needs no other key", () -> {
                Date soon = new Date(System.currentTimeMillis() + 60_000);
                HttpURLConnection put = (HttpURLConnection) client.generatePresignedUrl(BUCKET, "in/signed", soon, HttpMethod.PUT).openConnection();
                put.setRequestMethod("PUT");
                put.setRequestProperty("Content-Type", "");
                put.setDoOutput(true);
                put.getOutputStream().write("signed".getBytes());
                Harness.equal(put.getResponseCode(), 200);
                Harness.equal(Harness.text(client.generatePresignedUrl(BUCKET, "in/signed", soon).openStream()), "signed");
            }).holds(at);
        }
        client.shutdown();
        return holds;
    }

    private static byte[] hmac(String algorithm, byte[] key, String text) throws Exception {
        Mac mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(key, algorithm));
        return mac.doFinal(text.getBytes(UTF_8));
    }

    /** Sends a form whose policy the temporary key signs for keys below `in/`, and returns the status. */
    private static int post(String version, String name, Credentials key) throws Exception {
        Instant now = Instant.now();
        String date = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC).format(now);
        String day = date.substring(0, 8);
        Map<String, String> fields = new LinkedHashMap<>(Map.of("x-oss-security-token", key.getSecurityToken()));
        if (version.equals("V4")) {
            fields.put("x-oss-signature-version", "OSS4-HMAC-SHA256");
            fields.put("x-oss-credential", String.join("/", key.getAccessKeyId(), day, Harness.REGION, "oss", "aliyun_v4_request"));
            fields.put("x-oss-date", date);
        }
        List<String> conditions = new ArrayList<>(List.of("{\"bucket\":\"" + BUCKET + "\"}", "[\"starts-with\",\"$key\",\"in/\"]"));
        fields.forEach((field, value) -> conditions.add("{\"" + field + "\":\"" + value + "\"}"));
        String end = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.000'Z'").withZone(ZoneOffset.UTC).format(now.plusSeconds(60));
        String document = "{\"expiration\":\"" + end + "\",\"conditions\":[" + String.join(",", conditions) + "]}";
        String policy = Base64.getEncoder().encodeToString(document.getBytes(UTF_8));
        fields.put("policy", policy);
        if (version.equals("V1")) {
            fields.put("OSSAccessKeyId", key.getAccessKeyId());
            fields.put("Signature", Base64.getEncoder().encodeToString(hmac("HmacSHA1", key.getSecretAccessKey().getBytes(UTF_8), policy)));
        } else {
            byte[] sum = ("aliyun_v4" + key.getSecretAccessKey()).getBytes(UTF_8);
            for (String step : List.of(day, Harness.REGION, "oss", "aliyun_v4_request", policy)) {
                sum = hmac("HmacSHA256", sum, step);
            }
            fields.put("x-oss-signature", HexFormat.of().formatHex(sum));
        }
        fields.put("key", name);
        String parts = fields.entrySet().stream().map(field -> "--b\r\nContent-Disposition: form-data; name=\"" + field.getKey() + "\"\r\n\r\n" + field.getValue() + "\r\n").collect(joining());
        String body = parts + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nposted\r\n--b--\r\n";
        HttpRequest request = HttpRequest.newBuilder(URI.create(Harness.ENDPOINT + "/" + BUCKET + "/")).header("Content-Type", "multipart/form-data; boundary=b")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
}
