/*
 * The multipart upload of OSS's sample for its C SDK, by the library that the SDK uses and with the options that it
 * sets: an upload of a length that libcurl does not know, with a Content-Length of the caller, so that both are sent.
 * Prints a line `ok FACT` or `not ok FACT: REASON` for each thing that must hold.
 */
#define _GNU_SOURCE
#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PART_BYTES (100 * 1024)
#define CONTENT_BYTES (3 * PART_BYTES + 4321)

struct buffer {
    char *bytes;
    size_t length;
    size_t at;
};

struct response {
    long status;
    char etag[128];
    struct buffer body;
};

static const char *endpoint, *key_id, *key_secret;
static CURL *connections; /* reused, as the SDK's pool of handles is */

static size_t send_body(char *to, size_t size, size_t count, void *from)
{
    struct buffer *body = from;
    size_t bytes = size * count < body->length - body->at ? size * count : body->length - body->at;
    memcpy(to, body->bytes + body->at, bytes);
    body->at += bytes;
    return bytes;
}

static size_t take_body(char *from, size_t size, size_t count, void *to)
{
    struct buffer *body = to;
    body->bytes = realloc(body->bytes, body->length + size * count + 1);
    memcpy(body->bytes + body->length, from, size * count);
    body->length += size * count;
    body->bytes[body->length] = '\0';
    return size * count;
}

static size_t take_header(char *line, size_t size, size_t count, void *to)
{
    struct response *response = to;
    if (size * count > 6 && strncasecmp(line, "ETag: ", 6) == 0) {
        size_t length = strcspn(line + 6, "\r\n");
        if (length < sizeof response->etag) {
            memcpy(response->etag, line + 6, length);
            response->etag[length] = '\0';
        }
    }
    return size * count;
}

static struct curl_slist *with_header(struct curl_slist *headers, const char *name, const char *value)
{
    char *line;
    if (asprintf(&line, "%s: %s", name, value) < 0) exit(1);
    headers = curl_slist_append(headers, line);
    free(line);
    return headers;
}

/* Sends a request for `bucket/object?query`, where `query` is in the order and form in which V1 signs it. */
static struct response send_request(const char *method, const char *resource, const char *query, struct buffer *body)
{
    struct response response = {0};
    char date[64], *text, *url, authorization[256];
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int digest_bytes;
    unsigned char signature[64];
    bool sends = strcmp(method, "PUT") == 0 || strcmp(method, "POST") == 0;
    const char *type = sends ? "application/octet-stream" : "";
    time_t now = time(NULL);
    struct curl_slist *headers = NULL;
    char *encoded = curl_easy_escape(connections, resource, 0);

    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime(&now));
    if (asprintf(&text, "%s\n\n%s\n%s\n/%s%s%s", method, type, date, resource, query[0] ? "?" : "", query) < 0) exit(1);
    HMAC(EVP_sha1(), key_secret, (int)strlen(key_secret), (unsigned char *)text, strlen(text), digest, &digest_bytes);
    EVP_EncodeBlock(signature, digest, (int)digest_bytes);
    snprintf(authorization, sizeof authorization, "OSS %s:%s", key_id, signature);
    if (asprintf(&url, "%s/%s%s%s", endpoint, encoded, query[0] ? "?" : "", query) < 0) exit(1);

    headers = with_header(headers, "Date", date);
    headers = with_header(headers, "Authorization", authorization);
    headers = curl_slist_append(headers, "Expect:");
    if (sends) {
        char length[32];
        snprintf(length, sizeof length, "%zu", body == NULL ? 0 : body->length);
        headers = with_header(headers, "Content-Type", type);
        headers = with_header(headers, "Content-Length", length);
        headers = curl_slist_append(headers, "Transfer-Encoding: chunked");
    }
    curl_easy_reset(connections);
    curl_easy_setopt(connections, CURLOPT_URL, url);
    curl_easy_setopt(connections, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(connections, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(connections, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(connections, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(connections, CURLOPT_WRITEDATA, &response.body);
    curl_easy_setopt(connections, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(connections, CURLOPT_HEADERDATA, &response);
    if (sends) {
        static struct buffer nothing;
        nothing.at = 0;
        curl_easy_setopt(connections, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(connections, CURLOPT_READFUNCTION, send_body);
        curl_easy_setopt(connections, CURLOPT_READDATA, body == NULL ? &nothing : body);
    }
    CURLcode failure = curl_easy_perform(connections);
    if (failure != CURLE_OK) fprintf(stderr, "%s %s: %s\n", method, url, curl_easy_strerror(failure));
    curl_easy_getinfo(connections, CURLINFO_RESPONSE_CODE, &response.status);
    if (response.status >= 400 && response.body.bytes != NULL) fprintf(stderr, "%s\n", response.body.bytes);
    curl_slist_free_all(headers);
    curl_free(encoded);
    free(text);
    free(url);
    return response;
}

static void check(const char *fact, bool holds, long status)
{
    if (holds) printf("ok libcurl as the C SDK uses it: %s\n", fact);
    else printf("not ok libcurl as the C SDK uses it: %s: the last status is %ld\n", fact, status);
}

int main(void)
{
    char bucket[64], object[128], query[256], upload_id[64] = "";
    char *content = malloc(CONTENT_BYTES);
    struct buffer list = {malloc(4096), 0, 0};
    struct response response;
    bool uploaded = true;

    endpoint = getenv("ENDPOINT");
    key_id = getenv("ACCESS_KEY_ID");
    key_secret = getenv("ACCESS_KEY_SECRET");
    const char *prefix = getenv("BUCKET_PREFIX");
    if (endpoint == NULL || key_id == NULL || key_secret == NULL || prefix == NULL) return 1;
    curl_global_init(CURL_GLOBAL_ALL);
    connections = curl_easy_init();
    for (size_t index = 0; index < CONTENT_BYTES; index++) content[index] = (char)(index * 31 + index / 251);

    snprintf(bucket, sizeof bucket, "%s-libcurl-%lx/", prefix, (unsigned long)time(NULL) & 0xffffff);
    snprintf(object, sizeof object, "%sexampledir/exampleobject.txt", bucket);
    response = send_request("PUT", bucket, "", NULL);
    check("a bucket is made", response.status == 200, response.status);

    response = send_request("POST", object, "uploads", NULL);
    if (response.body.bytes != NULL) {
        const char *start = strstr(response.body.bytes, "<UploadId>");
        if (start != NULL) sscanf(start, "<UploadId>%63[0-9A-F]", upload_id);
    }
    check("an upload is initiated", response.status == 200 && upload_id[0] != '\0', response.status);

    list.length = (size_t)sprintf(list.bytes, "<CompleteMultipartUpload>");
    for (size_t at = 0, number = 1; at < CONTENT_BYTES; at += PART_BYTES, number++) {
        struct buffer part = {content + at, CONTENT_BYTES - at < PART_BYTES ? CONTENT_BYTES - at : PART_BYTES, 0};
        snprintf(query, sizeof query, "partNumber=%zu&uploadId=%s", number, upload_id);
        response = send_request("PUT", object, query, &part);
        uploaded = uploaded && response.status == 200;
        list.length += (size_t)sprintf(list.bytes + list.length, "<Part><PartNumber>%zu</PartNumber><ETag>%s</ETag></Part>",
                                       number, response.etag);
    }
    check("parts are uploaded from a file's ranges", uploaded, response.status);

    list.length += (size_t)sprintf(list.bytes + list.length, "</CompleteMultipartUpload>");
    snprintf(query, sizeof query, "uploadId=%s", upload_id);
    response = send_request("POST", object, query, &list);
    check("the upload is completed", response.status == 200, response.status);

    response = send_request("GET", object, "", NULL);
    check("the object has its bytes",
          response.status == 200 && response.body.length == CONTENT_BYTES &&
              memcmp(response.body.bytes, content, CONTENT_BYTES) == 0,
          response.status);

    response = send_request("DELETE", object, "", NULL);
    check("the object is deleted", response.status == 204, response.status);
    response = send_request("DELETE", bucket, "", NULL);
    check("the bucket is deleted", response.status == 204, response.status);
    curl_easy_cleanup(connections);
    curl_global_cleanup();
    return 0;
}
