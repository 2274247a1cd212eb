#pragma once
#include <curl/curl.h>

// The variadic functions of libcurl, one wrapper for each type of argument.

static inline CURLcode postern_curl_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode postern_curl_set_text(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode postern_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode postern_curl_set_writer(
    CURL *easy, CURLoption option, size_t (*writer)(char *bytes, size_t size, size_t count, void *context)) {
  return curl_easy_setopt(easy, option, writer);
}

static inline CURLcode postern_curl_set_socket_opener(
    CURL *easy, curl_socket_t (*opener)(void *context, curlsocktype purpose, struct curl_sockaddr *address)) {
  return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, opener);
}

// `made` is called with libcurl's SSL_CTX of a connection before its handshake.
static inline CURLcode postern_curl_set_tls_hook(CURL *easy, CURLcode (*made)(CURL *easy, void *tls_context, void *context)) {
  return curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, made);
}

// CURLVERSION_NOW is a macro.
static inline const curl_version_info_data *postern_curl_version(void) { return curl_version_info(CURLVERSION_NOW); }

static inline CURLcode postern_curl_socket(CURL *easy, curl_socket_t *socket) {
  return curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, socket);
}

static inline CURLcode postern_curl_os_errno(CURL *easy, long *code) {
  return curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, code);
}

static inline CURLcode postern_curl_status(CURL *easy, long *status) {
  return curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, status);
}

static inline CURLMcode postern_multi_set_pointer(CURLM *multi, CURLMoption option, void *value) {
  return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode postern_multi_set_socket(
    CURLM *multi, int (*changed)(CURL *easy, curl_socket_t socket, int what, void *context, void *of_socket)) {
  return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, changed);
}

static inline CURLMcode postern_multi_set_timer(CURLM *multi, int (*changed)(CURLM *multi, long milliseconds, void *context)) {
  return curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, changed);
}

// A message holds a union, of which Swift would have to guess the member.
static inline CURLcode postern_multi_result(const CURLMsg *message) { return message->data.result; }
