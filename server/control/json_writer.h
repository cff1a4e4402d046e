// JSON (RFC 8259) written piece by piece; commas are put where they belong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace server {

// Octets that are no UTF-8, and hidden characters, are written as the text \DDD, so that the
// document is always valid.
void append_json_string(std::string& out, std::string_view text);

class JsonWriter {
  public:
    explicit JsonWriter(std::string& out) : out_(out) {}

    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }
    JsonWriter& key(std::string_view name);
    JsonWriter& text(std::string_view value);
    JsonWriter& number(uint64_t value);
    JsonWriter& boolean(bool value);

    JsonWriter& member(std::string_view name, std::string_view value) {
        return key(name).text(value);
    }
    JsonWriter& member(std::string_view name, uint64_t value) { return key(name).number(value); }

  private:
    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);
    void separate();

    std::string& out_;
    bool first_ = true;  // nothing stands before on this level, or a key does
};

}  // namespace server
