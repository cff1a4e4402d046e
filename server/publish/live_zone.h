// One zone that is signed while it is served.
//
//   unsigned input ---+--> keys, as the time line has them now
//   (a file)          +--> signatures that are still good: of the version served, or of the disk
//                     v
//   signed version --> checked --> serial on the disk --> published --> signatures on the disk
//                                                             |
//            renewals, a few at a time; steps of keys; CDS <--+ when due
//
// The zone owns its serial: always greater than the last that was served with other content, and
// the file's where that is ahead (RFC 1982).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dns/base/clock.h"
#include "server/config/zone_rows.h"
#include "server/publish/event_log.h"
#include "server/publish/signature_store.h"
#include "server/publish/signing_folder.h"
#include "signer/key_set.h"
#include "signer/renewals.h"
#include "signer/sign_changes.h"
#include "zones/zone.h"

namespace server {

using SharedZone = std::shared_ptr<const zones::Zone>;

// What signing needs of the process.
struct SigningWorld {
    const dns::Files& files;
    const dns::Clock& clock;
    EventLog& log;
    std::string state_folder;
    signer::SigningProgress* progress = nullptr;
};

class LiveZone {
  public:
    // `view` is "" for the view "default".
    LiveZone(const SigningWorld& world, dns::NameView name, const std::string& view)
        : world_(world),
          name_(name),
          folder_(world.files, world.state_folder, name, view),
          store_(folder_.signatures()) {}

    // A version of `input`, signed; `served` is the version before, null if there is none that was
    // signed here. The fault says why it cannot be, and what to do. What comes of it is to be told
    // by settle() or take_back(), as with renew().
    dns::Result<SharedZone> sign(const SharedZone& input, const zones::Zone* served,
                                 const ZoneChoices& choices, unsigned threads);
    // What is due now, done: the next version, or none if there was nothing.
    dns::Result<SharedZone> renew(const zones::Zone& served);
    // A version of this zone with some names changed, as an overlay has it: what differs is signed,
    // and nothing of it is kept here. Any number of threads.
    dns::Result<SharedZone> sign_over(const zones::Zone& served, zones::ChangeSet changes) const;
    // The version made last will be served, or is: it is told, and what makes the next start cheap
    // goes to the disk.
    void settle(const zones::Zone& served);
    // The version made last is not served after all: as if it had not been made.
    void take_back();

    bool is_signing() const { return policy_ != nullptr && !leaves_; }
    // Somebody may have changed the keys.
    void look_again() {
        if (due_) due_ = 0;
    }
    void postpone();
    // When renew() has something to do.
    std::optional<dns::UnixTime> due() const { return due_; }

  private:
    // What making a version changes here, as it was before.
    struct Before {
        std::shared_ptr<const DnssecPolicy> policy;
        std::vector<signer::ZoneKey> keys;
        std::optional<dns::UnixTime> due;
        uint64_t names_content;
        size_t unstored;
        bool store_all;
        bool was_signed;
        bool had_record;
    };

    void begin();
    void leave();
    void store(const zones::Zone& served);
    dns::Result<SharedZone> make(const SharedZone& input, const zones::Zone* served,
                                 const ZoneChoices& choices, unsigned threads);
    dns::Result<SharedZone> make_renewed(const zones::Zone& served);
    dns::Result<void> open(const zones::Zone& input, const ZoneChoices& choices,
                           const zones::Zone* served);
    dns::Result<void> load_keys(const zones::Zone* input);
    void take_keys(std::vector<signer::ZoneKey> keys);
    dns::Result<void> make_first_key(const zones::Zone& input);
    dns::Result<void> check_key_pairs() const;
    dns::Result<void> fits(const zones::Zone& input) const;
    bool is_signed_by_us(const zones::Zone& zone) const;
    dns::Result<SharedZone> unsigned_version(const SharedZone& input);
    dns::Result<SharedZone> sign_whole(const SharedZone& input, const zones::Zone* served,
                                       unsigned threads);
    dns::Result<SharedZone> sign_difference(const zones::Zone& input, const zones::Zone& served);
    zones::ChangeSet difference(const zones::Zone& input, const zones::Zone& served) const;
    // `changes` over `before`, signed, with this serial and what else the apex is to have.
    dns::Result<SharedZone> next_version(const zones::Zone& before, zones::ChangeSet changes,
                                         uint32_t serial);
    // Changes that are signed, over `before`: checked, its serial kept on the disk.
    dns::Result<SharedZone> make_version(const zones::Zone& before, zones::ChangeSet changes);
    void add_apex(const zones::Zone& before, zones::ChangeSet& changes, uint32_t serial) const;
    uint64_t content(const zones::Zone& zone) const;
    dns::Result<void> keep_serial(const zones::Zone& next, uint64_t content);
    signer::SigningOptions options(unsigned threads = 1) const;
    bool shows_cds(dns::UnixTime now) const;
    bool wants_ds(const signer::ZoneKey& key, dns::UnixTime now) const;
    // When there is something to do next: the next signature is due at that time, or, to be found
    // out, whichever of `zone` it is.
    void plan(dns::UnixTime next_due);
    void plan(const zones::Zone& zone);
    void keep_for_store(const zones::Zone& zone, const std::vector<dns::Name>& owners);
    void tell_signed(const zones::Zone& zone, const signer::SigningFacts& facts,
                     int64_t began_ns) const;
    void tell_first(const zones::Zone& zone) const;
    void tell_new_keys(const std::vector<signer::ZoneKey>& before) const;
    void tell_ds(const signer::ZoneKey& key, dns::UnixTime from) const;
    void tell(LogLevel level, const char* event, const std::string& sentence) const;

    const SigningWorld& world_;
    dns::Name name_;
    SigningFolder folder_;
    SignatureStore store_;
    std::shared_ptr<const DnssecPolicy> policy_;
    std::vector<signer::StoredKey> stored_keys_;
    std::vector<signer::ZoneKey> keys_;       // published
    std::vector<signer::ZoneKey> gone_keys_;  // were so in the version before
    std::optional<dns::UnixTime> next_key_step_;
    std::optional<SigningRecord> record_;
    std::optional<dns::UnixTime> due_;
    // Of the version made last: the sum of what its names say but the apex (signer::name_content).
    uint64_t names_content_ = 0;
    zones::ChangeSet unstored_;  // whose signatures are not on the disk yet
    bool store_all_ = false;
    bool opened_ = false;
    std::optional<Before> before_;  // between a version's making and what becomes of it
    bool leaves_ = false;           // the version made last is unsigned
};

}  // namespace server
