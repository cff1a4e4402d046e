// Where a record was written: source, line and column in 8 octets, kept for every record served.
//
//   63        40 39                    12 11       0
//   +-----------+------------------------+----------+
//   |  source   |          line          |  column  |     columns past 4095 read 4095
//   +-----------+------------------------+----------+
//
// A source is a row of Sources: a file (with the place that included it), one $GENERATE directive
// (then `line` is the step, counted from 1), standard input. Place 0 is "nowhere".
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace dns {

class Place {
public:
    static constexpr uint64_t kMaxSource = (1u << 24) - 1;
    static constexpr uint64_t kMaxLine = (1u << 28) - 1;
    static constexpr uint64_t kMaxColumn = (1u << 12) - 1;

    constexpr Place() = default;
    constexpr Place(uint64_t source, uint64_t line, uint64_t column)
        : bits_(bounded(source, kMaxSource) << 40 | bounded(line, kMaxLine) << 12 |
                bounded(column, kMaxColumn)) {}

    constexpr uint32_t source() const { return static_cast<uint32_t>(bits_ >> 40); }
    constexpr uint32_t line() const { return static_cast<uint32_t>(bits_ >> 12 & kMaxLine); }
    constexpr uint32_t column() const { return static_cast<uint32_t>(bits_ & kMaxColumn); }
    constexpr bool known() const { return bits_ != 0; }
    constexpr bool operator==(const Place&) const = default;

private:
    static constexpr uint64_t bounded(uint64_t value, uint64_t most) {
        return value < most ? value : most;
    }
    uint64_t bits_ = 0;
};

enum class SourceKind : uint8_t { file, standard_input, generate, text };

struct Source {
    SourceKind kind = SourceKind::file;
    std::string name;                         // as the user wrote it, or as an include resolved it
    Place from;                               // the $INCLUDE or $GENERATE that led here
    std::shared_ptr<const std::string> text;  // for sources that cannot be read again
};

// The sources of one run. Parsers on several threads add to it; rows never move.
class Sources {
public:
    Sources() = default;
    // Numbers its rows behind those that `front` has now: a patch's behind its base's.
    explicit Sources(std::shared_ptr<const Sources> front)
        : front_(std::move(front)), front_count_(front_ ? front_->count() : 0) {}

    // Number of the new row, counted from 1. Beyond Place::kMaxSource all share the last number.
    uint32_t add(Source source);
    const Source& at(uint32_t number) const;
    uint32_t count() const;
    // Fills in the text of a source that cannot be read a second time.
    void keep_text(uint32_t number, std::shared_ptr<const std::string> text);

private:
    std::shared_ptr<const Sources> front_;
    uint32_t front_count_ = 0;
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<Source>> rows_;
};

}  // namespace dns
