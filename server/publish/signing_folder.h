// What must outlive the process of a zone that is signed live: its keys, its serial, its
// signatures.
//
//   apex-state/signing/example.com/   K*.key, K*.private   signer/key_files.h
//                                     record               serial, since when, of which content
//                                     signatures           signature_store.h
//                                     view-inside/         record and signatures of the zone of
//                                     that
//                                                          name in a view: keys belong to the name
//   apex-state/signed/example.com     empty: there is such a zone. Stands apart, so that a folder
//                                     that was emptied is known from one that was never there
//   apex-state/signed/example.com@inside   the same, in a view
#pragma once

#include <optional>
#include <string>

#include "dns/base/clock.h"
#include "dns/base/files.h"
#include "dns/name.h"

namespace server {

struct SigningRecord {
    uint32_t serial = 0;       // the last that was served
    uint64_t content = 0;      // a digest of what was served with it, apart from the serial
    dns::UnixTime since = 0;   // when the zone was first served signed
    uint32_t longest_ttl = 0;  // that anything of the zone had then, negative answers included

    // The time from which on all caches hold what is signed: a DS may be published then.
    dns::UnixTime safe_from() const { return since + longest_ttl; }
};

class SigningFolder {
  public:
    // `state` is the state folder; `view` is "" for the view "default".
    SigningFolder(const dns::Files& files, const std::string& state, dns::NameView zone,
                  const std::string& view = {});

    const std::string& path() const { return path_; }  // of the keys
    std::string signatures() const { return own_ + "/signatures"; }

    // Makes the folders that are not there; nothing in them.
    dns::Result<void> make() const;
    // Whether this zone was ever signed with this state folder.
    bool was_signed() const;
    // Whether the zone of that name in the view "default" was: it has the same keys.
    bool default_was_signed() const;
    // Says so from now on, or no longer. Durable when they return.
    dns::Result<void> mark_signed() const;
    dns::Result<void> mark_unsigned() const;

    // None if there is none yet. A fault if it cannot be read, or is not what was written.
    dns::Result<std::optional<SigningRecord>> read() const;
    dns::Result<void> write(const SigningRecord& record) const;

  private:
    const dns::Files& files_;
    std::string state_, path_, own_, mark_, default_mark_;
};

// The name of a zone's folder: "example.com", what is odd in it as %XX.
std::string folder_name(dns::NameView zone);
// The name of its mark.
std::string mark_name(dns::NameView zone, const std::string& view);

}  // namespace server
