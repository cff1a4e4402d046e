#include "dns/tsig.h"

#include <cstring>

namespace dns {

namespace {

constexpr size_t kTimers = 8;      // time signed, fudge
constexpr size_t kServerTime = 6;  // other data of BADTIME
constexpr size_t kMostVariables = 2 * kMaxName + 6 + kTimers + 4 + kServerTime;

void store48(uint8_t* to, uint64_t value) {
    store16(to, static_cast<uint16_t>(value >> 32));
    store32(to + 2, static_cast<uint32_t>(value));
}

// The time as the record has it: 48 bits.
uint64_t wire_time(UnixTime now) {
    return static_cast<uint64_t>(now) & 0xffffffffffff;
}

// What a MAC is made of (RFC 8945 4.3.3), as pieces that lie where they are.
class DigestInput {
  public:
    // RFC 8945 4.3.1: the request's MAC, or that of the message before, and its length.
    void add_prior(Octets mac) {
        store16(prior_, static_cast<uint16_t>(mac.size()));
        std::memcpy(prior_ + 2, mac.data(), mac.size());
        add({prior_, 2 + mac.size()});
    }
    // RFC 8945 4.3.2: the message without its TSIG, under its first id.
    void add_message(Octets message, uint16_t id, uint16_t additional) {
        std::memcpy(header_, message.data(), kHeaderSize);
        store16(header_, id);
        store16(header_ + 10, additional);
        add(header_);
        add(message.subspan(kHeaderSize));
    }
    // RFC 8945 4.3.3: what the record says besides the MAC. Only its times go with the second
    // message of a stream and those behind it.
    void add_variables(const TsigRecord& record, bool timers_only) {
        uint8_t* to = variables_;
        if (!timers_only) {
            lower_copy(to, record.key.data(), record.key.size());
            to += record.key.size();
            store16(to, rr_class::any);
            store32(to + 2, 0);  // TTL
            to += 6;
            lower_copy(to, record.algorithm.data(), record.algorithm.size());
            to += record.algorithm.size();
        }
        store48(to, record.time);
        store16(to + 6, record.fudge);
        to += kTimers;
        if (!timers_only) {
            store16(to, record.error);
            store16(to + 2, static_cast<uint16_t>(record.other.size()));
            to += 4;
        }
        add({variables_, static_cast<size_t>(to - variables_)});
        if (!timers_only) add(record.other);
    }

    std::span<const Octets> pieces() const { return {pieces_.data(), count_}; }

  private:
    void add(Octets octets) { pieces_[count_++] = octets; }

    std::array<Octets, 5> pieces_;
    size_t count_ = 0;
    uint8_t prior_[2 + kMostMac];
    uint8_t header_[kHeaderSize];
    uint8_t variables_[kMostVariables];
};

// Takes as long whatever differs.
bool is_same_mac(const uint8_t* a, const uint8_t* b, size_t size) {
    uint8_t different = 0;
    for (size_t i = 0; i < size; ++i) different |= static_cast<uint8_t>(a[i] ^ b[i]);
    return different == 0;
}

constexpr std::array<std::string_view, static_cast<size_t>(TsigState::kCount)> kStateWords = {
    "none", "good", "malformed", "bad-key", "bad-signature", "bad-time", "bad-truncation"};

}  // namespace

std::string_view to_string(TsigState state) {
    return kStateWords[static_cast<size_t>(state)];
}

TsigState TsigExchange::begin(const TsigKeys* keys, Octets request, size_t at, UnixTime now) {
    key_ = nullptr;
    signed_ = unsigned_ = prior_size_ = 0;
    running_ = nullptr;
    state_ = check(keys, request, at, now);
    return state_;
}

TsigState TsigExchange::check(const TsigKeys* keys, Octets request, size_t at, UnixTime now) {
    if (!read_tsig(request, at, request_)) return TsigState::malformed;

    // RFC 8945 5.2.1: another algorithm makes it another key.
    key_place_ = keys == nullptr ? 0 : keys->find(request_.key);
    if (keys == nullptr || key_place_ == keys->size()) return TsigState::bad_key;
    const TsigKey& key = (*keys)[key_place_];
    const TsigAlgorithmRow& row = key.row();
    if (!(row.name == request_.algorithm.view())) return TsigState::bad_key;

    const size_t size = request_.mac.size();
    if (size > row.mac_size || size < row.least_mac()) return TsigState::malformed;
    key_ = &key;
    if (!is_mac_good(request, at)) {
        key_ = nullptr;
        return TsigState::bad_signature;
    }
    std::memcpy(prior_.data(), request_.mac.data(), size);
    prior_size_ = size;

    const uint64_t here = wire_time(now), there = request_.time;
    if ((here > there ? here - there : there - here) > request_.fudge) return TsigState::bad_time;
    if (size < (key.least_mac == 0 ? row.mac_size : key.least_mac))
        return TsigState::bad_truncation;
    return TsigState::good;
}

bool TsigExchange::is_mac_good(Octets request, size_t at) const {
    DigestInput input;
    const uint16_t additional = load16(request.data() + 10);
    input.add_message(request.first(at), request_.original_id,
                      static_cast<uint16_t>(additional - 1));
    input.add_variables(request_, false);
    uint8_t mac[kMostMac];
    return key_->mac->compute(input.pieces(), mac) &&
           is_same_mac(mac, request_.mac.data(), request_.mac.size());
}

uint16_t TsigExchange::error() const {
    switch (state_) {
        case TsigState::bad_key:
            return tsig_error::bad_key;
        case TsigState::bad_signature:
            return tsig_error::bad_signature;
        case TsigState::bad_time:
            return tsig_error::bad_time;
        case TsigState::bad_truncation:
            return tsig_error::bad_truncation;
        default:
            return tsig_error::none;
    }
}

size_t TsigExchange::room() const {
    if (state_ == TsigState::none || state_ == TsigState::malformed) return 0;
    return tsig_size(request_.key, request_.algorithm, key_ == nullptr ? 0 : key_->row().mac_size,
                     state_ == TsigState::bad_time ? kServerTime : 0);
}

bool TsigExchange::make_mac(const TsigRecord& record, Octets message, uint8_t* mac) {
    DigestInput input;
    if (running_ == nullptr) input.add_prior({prior_.data(), prior_size_});
    input.add_message(message, record.original_id, load16(message.data() + 10));
    input.add_variables(record, signed_ > 0);
    if (running_ == nullptr) return key_->mac->compute(input.pieces(), mac);
    for (Octets piece : input.pieces()) running_->add(piece);
    return running_->finish(mac);
}

size_t TsigExchange::sign(uint8_t* message, size_t size, UnixTime now) {
    TsigRecord record;
    record.key = request_.key;
    record.algorithm = request_.algorithm;
    record.time = wire_time(now);
    record.fudge = kTsigFudge;
    record.original_id = request_.original_id;
    record.error = error();
    uint8_t server_time[kServerTime];
    if (state_ == TsigState::bad_time) {  // RFC 8945 5.2.3
        store48(server_time, record.time);
        record.other = server_time;
        record.time = request_.time;
    }
    uint8_t mac[kMostMac];
    if (key_ != nullptr) {
        if (!make_mac(record, {message, size}, mac)) return 0;
        // RFC 8945 7: whatever the request's length was, this is at least as long.
        prior_size_ = key_->row().mac_size;
        std::memcpy(prior_.data(), mac, prior_size_);
        record.mac = {mac, prior_size_};
        ++signed_;
        unsigned_ = 0;
        running_ = nullptr;
    }
    return append_tsig(record, message, size);
}

bool TsigExchange::pass(Octets message) {
    if (key_ == nullptr || signed_ == 0 || unsigned_ == kMostUnsigned) return false;
    if (running_ == nullptr) {
        running_ = key_->mac->start();
        if (running_ == nullptr) return false;
        DigestInput input;
        input.add_prior({prior_.data(), prior_size_});
        for (Octets piece : input.pieces()) running_->add(piece);
    }
    running_->add(message);
    ++unsigned_;
    return true;
}

size_t sign_request(const TsigKey& key, std::span<uint8_t> room, size_t size, UnixTime now) {
    const TsigAlgorithmRow& row = key.row();
    if (room.size() < size || size < kHeaderSize ||
        room.size() - size < tsig_size(key.name, row.name, row.mac_size, 0))
        return 0;
    TsigRecord record;
    record.key = key.name;
    record.algorithm = Name(row.name);
    record.time = wire_time(now);
    record.fudge = kTsigFudge;
    record.original_id = load16(room.data());
    DigestInput input;
    input.add_message(room.first(size), record.original_id, load16(room.data() + 10));
    input.add_variables(record, false);
    uint8_t mac[kMostMac];
    if (!key.mac->compute(input.pieces(), mac)) return 0;
    record.mac = {mac, row.mac_size};
    return append_tsig(record, room.data(), size);
}

}  // namespace dns
