// What a leaf works with: the tokens of one record's data, the octets made so far, and the one way
// to say what is wrong. For the .cpp files of the field grammar only.
//
//   tokens   [10] [mail.example.net.]          out   00 0a 04 m a i l ...
//              ^ taken   ^ next                      appended by each leaf when it succeeds
#pragma once

#include <string>
#include <string_view>

#include "zoneparser/fields.h"

namespace zoneparser {

// Text of the input within a sentence: in quotes, shortened, control octets as \DDD.
std::string shown(std::string_view text);

class FieldReader {
  public:
    FieldReader(Tokens tokens, dns::NameView origin, RdataBuffer& out, FieldFault& fault)
        : out(out), origin(origin), tokens_(tokens), fault_(fault) {}

    void begin(const dns::Field& field) {
        field_ = &field;
        label_ = field.label;
    }
    // Names what is read next within a field of several parts.
    void part(const char* label) { label_ = label; }
    const dns::Field& field() const { return *field_; }
    bool may_be_empty() const {
        return (field_->flags & dns::field::may_be_empty) != 0 ||
               ((field_->flags & dns::field::empty_without_algorithm) != 0 && algorithm == 0);
    }

    bool at_end() const { return at_ == tokens_.size(); }
    size_t left() const { return tokens_.size() - at_; }
    const Token& peek() const { return tokens_[at_]; }

    // The next token, quoted or not; states the fault and returns null if there is none.
    const Token* string() {
        if (at_end()) return missing(), nullptr;
        return &tokens_[at_++];
    }
    // The next token, which must not be quoted.
    const Token* word() {
        if (at_end()) return missing(), nullptr;
        const Token& token = tokens_[at_++];
        if (token.quoted) return quoted_word(), nullptr;
        return &token;
    }

    // Each states what is wrong (about the token taken last) and returns false.
    bool missing();
    bool extra();
    bool invalid(std::string reason, const char* hint = "");
    bool too_long(std::string reason, const char* hint = "");
    bool too_much_rdata();

    RdataBuffer& out;
    dns::NameView origin;
    uint8_t algorithm = 0;  // what the last field of kind `algorithm` held

  private:
    void quoted_word();
    bool fail(FieldFault::Kind kind, std::string reason, const char* hint);

    Tokens tokens_;
    size_t at_ = 0;
    const dns::Field* field_ = nullptr;
    const char* label_ = "";
    FieldFault& fault_;
};

using Leaf = bool (*)(FieldReader&);

// Leaves that have a file of their own.
bool parse_services(FieldReader& reader);  // fields_special.cpp
bool parse_nsap(FieldReader& reader);
bool parse_atma(FieldReader& reader);
bool parse_location(FieldReader& reader);
bool parse_prefixes(FieldReader& reader);
bool parse_address_suffix(FieldReader& reader);
bool parse_prefix_name(FieldReader& reader);
bool parse_key_flags(FieldReader& reader);  // fields_keys.cpp
bool parse_key_protocol(FieldReader& reader);
bool parse_algorithm(FieldReader& reader);
bool parse_certificate(FieldReader& reader);
bool parse_scheme(FieldReader& reader);
bool parse_gateway(FieldReader& reader);
bool parse_relay(FieldReader& reader);
bool parse_host_identity(FieldReader& reader);
bool parse_service_params(FieldReader& reader);  // service_params.cpp

// Shared by leaves.
bool parse_number(FieldReader& reader, uint64_t most, uint64_t& value);
bool parse_ipv4(FieldReader& reader);
bool parse_ipv6(FieldReader& reader);
bool parse_name_field(FieldReader& reader);
bool parse_base64(FieldReader& reader);
bool append_octets(FieldReader& reader, const void* from, size_t count);

// A number as `Octets` octets, the highest first.
template <size_t Octets>
bool append_number(FieldReader& reader, uint64_t value) {
    uint8_t* to = reader.out.grow(Octets);
    if (to == nullptr) return reader.too_much_rdata();
    for (size_t i = Octets; i-- > 0; value >>= 8) to[i] = static_cast<uint8_t>(value);
    return true;
}

}  // namespace zoneparser
