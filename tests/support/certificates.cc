// SPDX-License-Identifier: Apache-2.0
#include "tests/support/certificates.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "broker/base/check.h"

namespace support {
namespace {

constexpr long a_day_s = 24 * 60 * 60;

template <class Write>
std::string pem_of(Write&& write) {
  BIO* memory = BIO_new(BIO_s_mem());
  CHECK(write(memory) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(memory);
  return pem;
}

void add_name(X509_NAME* name, const std::string& text) {
  X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(text.data()),
                             static_cast<int>(text.size()), -1, 0);
}

void add_extension(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  CHECK(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* begin_certificate(EVP_PKEY* key, long serial) {
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -a_day_s);
  X509_gmtime_adj(X509_getm_notAfter(certificate), a_day_s);
  X509_set_pubkey(certificate, key);
  return certificate;
}

std::string to_pem(X509* certificate) {
  return pem_of([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

}  // namespace

Authority::Authority(const std::string& name)
    : key_(EVP_EC_gen("P-256")), own_(begin_certificate(key_.get(), 1)) {
  add_name(X509_get_subject_name(own_.get()), name);
  X509_set_issuer_name(own_.get(), X509_get_subject_name(own_.get()));
  add_extension(own_.get(), NID_basic_constraints, "critical,CA:TRUE");
  CHECK(X509_sign(own_.get(), key_.get(), EVP_sha256()) > 0);
}

Identity Authority::issue(const Subject& subject) {
  const std::unique_ptr<EVP_PKEY, Free> key(EVP_EC_gen("P-256"));
  const std::unique_ptr<X509, Free> certificate(begin_certificate(key.get(), ++last_serial_));
  X509_NAME* name = X509_get_subject_name(certificate.get());
  if (!subject.common_name.empty()) add_name(name, subject.common_name);
  if (!subject.second_name.empty()) add_name(name, subject.second_name);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(own_.get()));
  if (!subject.host.empty()) add_extension(certificate.get(), NID_subject_alt_name, "DNS:" + subject.host);
  CHECK(X509_sign(certificate.get(), key_.get(), EVP_sha256()) > 0);
  return {to_pem(certificate.get()), pem_of([&](BIO* out) {
            return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          }),
          last_serial_};
}

std::string Authority::certificate() const { return to_pem(own_.get()); }

std::string Authority::revocations(const std::vector<long>& serials) const {
  X509_CRL* list = X509_CRL_new();
  X509_CRL_set_version(list, 1);
  X509_CRL_set_issuer_name(list, X509_get_subject_name(own_.get()));
  ASN1_TIME* time = X509_gmtime_adj(nullptr, -a_day_s);
  X509_CRL_set1_lastUpdate(list, time);
  for (const long serial : serials) {
    X509_REVOKED* revoked = X509_REVOKED_new();
    ASN1_INTEGER* number = ASN1_INTEGER_new();
    ASN1_INTEGER_set(number, serial);
    X509_REVOKED_set_serialNumber(revoked, number);
    X509_REVOKED_set_revocationDate(revoked, time);
    X509_CRL_add0_revoked(list, revoked);
    ASN1_INTEGER_free(number);
  }
  X509_gmtime_adj(time, a_day_s);
  X509_CRL_set1_nextUpdate(list, time);
  CHECK(X509_CRL_sign(list, key_.get(), EVP_sha256()) > 0);
  std::string pem = pem_of([&](BIO* out) { return PEM_write_bio_X509_CRL(out, list); });
  ASN1_TIME_free(time);
  X509_CRL_free(list);
  return pem;
}

Folder::Folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "meshbroker-XXXXXX").string();
  CHECK(mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

std::string Folder::write(const std::string& name, const std::string& text) const {
  std::ofstream(path(name)) << text;
  return path(name);
}

}  // namespace support
