// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>
#include <vector>

#include <openssl/x509.h>

namespace support {

/// A certificate and its key, as PEM.
struct Identity {
  std::string certificate;
  std::string key;
  long serial = 0;
};

/// Who signs certificates in a test; made anew each time.
class Authority {
 public:
  struct Subject {
    std::string common_name;
    std::string host = {};         // another name it is for; empty: none
    std::string second_name = {};  // a second common name; empty: none
  };

  explicit Authority(const std::string& name);
  Identity issue(const Subject& subject);
  std::string certificate() const;
  /// The list of those that are revoked.
  std::string revocations(const std::vector<long>& serials) const;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  std::unique_ptr<EVP_PKEY, Free> key_;
  std::unique_ptr<X509, Free> own_;
  long last_serial_ = 1;
};

/// A folder that goes with the test.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  /// Returns the file's path.
  std::string write(const std::string& name, const std::string& text) const;
  std::string path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace support
