#include "signer/time_line.h"

#include <algorithm>
#include <set>

#include "signer/moment.h"

namespace signer {

namespace {

// Facts of one key between two steps, as bits.
enum Fact : uint8_t { kPublished = 1, kSignsKeys = 2, kSignsData = 4, kKept = 8, kHeldBack = 16 };

uint8_t facts_of(const KeyAt& at) {
    const ZoneKey& key = at.zone_key;
    bool trusted = at.state != KeyState::revoked || at.kept;
    return static_cast<uint8_t>(
        (key.published ? kPublished : 0) | (key.signs_keys && trusted ? kSignsKeys : 0) |
        (key.signs_data ? kSignsData : 0) | (at.kept ? kKept : 0) | (at.held_back ? kHeldBack : 0));
}

// Everything that ever happens, as stretches of time in which nothing does.
class Stretches {
  public:
    Stretches(std::span<const StoredKey> keys) {
        std::set<dns::UnixTime> moments;
        for (const StoredKey& key : keys)
            for (const KeyTimeRow& row : key_time_rows())
                if (auto time = key.times[row.time]) moments.insert(*time);
        add(keys, KeyTimes::kAlways);
        for (dns::UnixTime time : moments) add(keys, time);
    }

    size_t at(dns::UnixTime time) const {
        auto after = std::upper_bound(begins_.begin(), begins_.end(), time);
        return static_cast<size_t>(after - begins_.begin()) - 1;
    }
    size_t count() const { return begins_.size(); }
    dns::UnixTime begin(size_t stretch) const { return begins_[stretch]; }
    bool has(size_t stretch, size_t key, uint8_t fact) const {
        return (facts_[stretch][key] & fact) != 0;
    }
    // Since when, up to and with this stretch, without a break; only if it is so in it.
    dns::UnixTime since(size_t stretch, size_t key, uint8_t fact) const {
        while (stretch > 0 && has(stretch - 1, key, fact)) --stretch;
        return begins_[stretch];
    }

  private:
    void add(std::span<const StoredKey> keys, dns::UnixTime time) {
        std::vector<uint8_t> facts;
        for (const KeyAt& at : active_at(keys, time).keys) facts.push_back(facts_of(at));
        begins_.push_back(time);
        facts_.push_back(std::move(facts));
    }

    std::vector<dns::UnixTime> begins_;
    std::vector<std::vector<uint8_t>> facts_;  // [stretch][key]
};

dns::UnixTime plus(dns::UnixTime time, int64_t period) {
    return time == KeyTimes::kAlways ? time : time + period;
}

class TimeLineMaker {
  public:
    TimeLineMaker(std::span<const StoredKey> keys, dns::UnixTime now, const TimeLineTtls& ttls)
        : keys_(keys), now_(now), ttls_(ttls), stretches_(keys) {}

    TimeLine run() {
        line_.now = active_at(keys_, now_);
        warn_of_now();
        for (size_t s = stretches_.at(now_) + 1; s < stretches_.count(); ++s) {
            add_states(s);
            warn_of_kept(s);
            warn_of_new_algorithm(s);
            warn_of_unknown_key(s);
            warn_of_cached_signatures(s);
            warn_of_unreachable_key(s);
        }
        for (size_t k = 0; k < keys_.size(); ++k) add_ds(k);
        std::stable_sort(
            line_.steps.begin(), line_.steps.end(),
            [](const TimeLineStep& a, const TimeLineStep& b) { return a.time < b.time; });
        return std::move(line_);
    }

  private:
    // How long a DNSKEY set without a new key may be used.
    int64_t key_delay() const { return int64_t{ttls_.dnskey} + ttls_.propagation; }
    int64_t signature_delay() const { return int64_t{ttls_.greatest} + ttls_.propagation; }

    bool stops(size_t stretch, size_t key, uint8_t fact) const {
        return stretches_.has(stretch - 1, key, fact) && !stretches_.has(stretch, key, fact);
    }
    std::string at_moment(size_t stretch) const {
        return "at " + moment_text(stretches_.begin(stretch)) + " ";
    }

    void warn(std::string sentence) { line_.warnings.push_back(std::move(sentence)); }

    void warn_of_now() {
        for (const KeyAt& at : line_.now.keys) {
            if (at.kept) warn(kept_sentence(*at.key) + ": it goes on signing");
            if (at.held_back)
                warn(at.key->base +
                     " is held back, though it is to be published: an algorithm enters "
                     "the DNSKEY set with its signatures (RFC 4035 2.2)");
            if (at.key->secret == nullptr && at.state == KeyState::active)
                warn(at.key->base + " is active, but there is no private half: it signs nothing");
        }
        if (!keys_.empty() && !line_.now.signs())
            warn("now the zone is not signed: no key is active");
    }

    static std::string kept_sentence(const StoredKey& key) {
        return key.base + " would end and leave nothing in its place";
    }

    void warn_of_kept(size_t s) {
        for (size_t k = 0; k < keys_.size(); ++k) {
            if (!stretches_.has(s, k, kKept) || stretches_.has(s - 1, k, kKept)) continue;
            if (other_algorithm_signs(s, k))
                warn(at_moment(s) + keys_[k].base +
                     " would stop signing while its algorithm is still in the DNSKEY set: it goes "
                     "on signing until it is removed; let Inactive and Delete be the same time, "
                     "behind that at which its DS is gone from caches (RFC 6781 4.1.4)");
            else
                warn(at_moment(s) + kept_sentence(keys_[k]) +
                     ": it goes on signing; make a successor");
        }
    }
    bool other_algorithm_signs(size_t s, size_t key) const {
        for (size_t k = 0; k < keys_.size(); ++k)
            if (keys_[k].algorithm() != keys_[key].algorithm() &&
                stretches_.has(s, k, kSignsData) && !stretches_.has(s, k, kKept))
                return true;
        return false;
    }

    // An algorithm enters the DNSKEY set with its signatures, or behind them.
    void warn_of_new_algorithm(size_t s) {
        for (size_t k = 0; k < keys_.size(); ++k)
            if (stretches_.has(s, k, kHeldBack) && !stretches_.has(s - 1, k, kHeldBack))
                warn(at_moment(s) + keys_[k].base +
                     " would be published before anything is signed by its algorithm: it is held "
                     "back until it is active; let Publish and Activate be the same time "
                     "(RFC 6781 4.1.4)");
    }

    // Resolvers with an old DNSKEY set must find a signature by a key in it.
    void warn_of_unknown_key(size_t s) {
        size_t best = keys_.size(), stopped = keys_.size();
        dns::UnixTime known = 0;
        for (size_t k = 0; k < keys_.size(); ++k) {
            if (stops(s, k, kSignsData)) stopped = k;
            if (!stretches_.has(s, k, kSignsData) || !stretches_.has(s, k, kPublished)) continue;
            dns::UnixTime from = plus(stretches_.since(s, k, kPublished), key_delay());
            if (best == keys_.size() || from < known) best = k, known = from;
        }
        if (stopped == keys_.size() || best == keys_.size() || known <= stretches_.begin(s)) return;
        warn(at_moment(s) + keys_[stopped].base + " stops signing too soon: until " +
             moment_text(known) + " resolvers may not know " + keys_[best].base +
             " (DNSKEY TTL and propagation)");
    }

    // What a removed key signed alone must be out of all caches.
    void warn_of_cached_signatures(size_t s) {
        dns::UnixTime time = stretches_.begin(s), oldest = time - signature_delay();
        for (size_t k = 0; k < keys_.size(); ++k) {
            if (!stops(s, k, kPublished)) continue;
            for (size_t t = s; t-- > stretches_.at(oldest);) {
                if (!stretches_.has(t, k, kSignsData) || signed_by_others(t, s)) continue;
                warn(at_moment(s) + keys_[k].base + " is removed too soon: until " +
                     moment_text(stretches_.begin(t + 1) + signature_delay()) +
                     " caches may hold what it signed (greatest TTL and propagation)");
                break;
            }
        }
    }
    // Some key that is still published in stretch `later` signed all in stretch `earlier`.
    bool signed_by_others(size_t earlier, size_t later) const {
        for (size_t k = 0; k < keys_.size(); ++k)
            if (stretches_.has(earlier, k, kSignsData) && stretches_.has(later, k, kPublished))
                return true;
        return false;
    }

    // When a DS of the key, given to the parent as soon as that is safe, is in all caches.
    dns::UnixTime reachable_from(size_t s, size_t k) const {
        dns::UnixTime given = plus(stretches_.since(s, k, kPublished), key_delay());
        if (is_first(k) && has_older(k))
            given = std::max(given, plus(*keys_[k].times.active_from(), signature_delay()));
        if (auto told = keys_[k].times[KeyTime::ds_publish]) given = std::max(given, *told);
        return plus(given, ttls_.ds);
    }

    void warn_of_unreachable_key(size_t s) {
        size_t best = keys_.size(), stopped = keys_.size();
        dns::UnixTime reachable = 0;
        for (size_t k = 0; k < keys_.size(); ++k) {
            if (stops(s, k, kSignsKeys)) stopped = k;
            if (!stretches_.has(s, k, kSignsKeys)) continue;
            dns::UnixTime from = reachable_from(s, k);
            if (best == keys_.size() || from < reachable) best = k, reachable = from;
        }
        if (stopped == keys_.size() || best == keys_.size() || reachable <= stretches_.begin(s))
            return;
        warn(at_moment(s) + keys_[stopped].base + " stops signing the DNSKEY set too soon: until " +
             moment_text(reachable) + " the DS of " + keys_[best].base +
             " cannot be known everywhere (DNSKEY TTL, propagation and DS TTL)");
    }

    void add_states(size_t s) {
        dns::UnixTime time = stretches_.begin(s);
        KeysAt then = active_at(keys_, time);
        for (const KeyAt& at : then.keys) {
            if (at.state == at.key->state_at(time - 1)) continue;
            line_.steps.push_back(
                {time, at.key, StepKind::state, at.state, at.role, deeds_text(at)});
        }
    }

    // When the parent's DS may and must change for a key that signs the DNSKEY set.
    void add_ds(size_t k) {
        const StoredKey& key = keys_[k];
        if (!key.has_entry_point() || key.was_revoked()) return;
        KeyRole role = line_.now.keys[k].role;
        auto published = key.times.published_from();
        if (published && key.times.active_from()) {
            dns::UnixTime given = plus(*published, key_delay());
            // Answers without signatures must be out of all caches before a DS asks for them.
            if (is_first(k))
                given = std::max(given, plus(*key.times.active_from(), signature_delay()));
            add_step(given, key, StepKind::ds_may_come, role, "its DS may be given to the parent");
        }
        auto until = key.times.active_until();
        if (until && has_successor(k))
            add_step(*until - ttls_.ds, key, StepKind::ds_must_be_gone, role,
                     "its DS must be gone from the parent");
    }
    // Of its algorithm: what is in caches has no signatures of it.
    bool is_first(size_t k) const {
        auto from = keys_[k].times.active_from();
        if (!from) return false;
        for (const StoredKey& other : keys_)
            if (&other != &keys_[k] && other.algorithm() == keys_[k].algorithm() &&
                other.times.active_from() && *other.times.active_from() < *from)
                return false;
        return true;
    }
    // Of another algorithm.
    bool has_older(size_t k) const {
        for (const StoredKey& other : keys_)
            if (other.algorithm() != keys_[k].algorithm() && other.times.active_from() &&
                *other.times.active_from() < *keys_[k].times.active_from())
                return true;
        return false;
    }
    bool has_successor(size_t k) const {
        size_t end = stretches_.at(*keys_[k].times.active_until());
        return !stretches_.has(end, k, kKept);
    }
    void add_step(dns::UnixTime time, const StoredKey& key, StepKind kind, KeyRole role,
                  const char* says) {
        if (time > now_) line_.steps.push_back({time, &key, kind, key.state_at(time), role, says});
    }

    std::span<const StoredKey> keys_;
    dns::UnixTime now_;
    TimeLineTtls ttls_;
    Stretches stretches_;
    TimeLine line_;
};

}  // namespace

TimeLine time_line(std::span<const StoredKey> keys, dns::UnixTime now, const TimeLineTtls& ttls) {
    return TimeLineMaker(keys, now, ttls).run();
}

std::string deeds_text(const KeyAt& at) {
    const ZoneKey& key = at.zone_key;
    if (at.held_back) return "is held back until it signs";
    if (!key.published) return at.state == KeyState::removed ? "is gone" : "waits";
    if (at.state == KeyState::revoked && !at.kept) return "is published as revoked";
    if (key.signs_keys && key.signs_data) return "signs everything";
    if (key.signs_keys) return "signs the DNSKEY set";
    if (key.signs_data) return "signs all but the DNSKEY set";
    return "is published and signs nothing";
}

}  // namespace signer
