#include "server/cli/source_lines.h"

#include <algorithm>

namespace server {

std::optional<LinePart> SourceLines::around(uint32_t source, uint32_t line, uint32_t column) {
    if (line == 0) return std::nullopt;
    Reader* at = reader(source);
    if (at == nullptr || !go_to(*at, line)) return std::nullopt;
    uint64_t wanted = column > 0 ? column - 1 : 0;
    uint64_t skipped = wanted > kBefore ? wanted - kBefore : 0;
    // Lines that nearly fit are shown whole.
    if (skipped < kBefore / 2) skipped = 0;
    LinePart part;
    std::string_view octets = read(*at, at->offset + skipped, (wanted - skipped) + kBehind + 1);
    size_t end = octets.find('\n');
    part.cut_behind = end == std::string_view::npos && octets.size() > (wanted - skipped) + kBehind;
    if (part.cut_behind) octets.remove_suffix(1);
    if (end != std::string_view::npos) octets = octets.substr(0, end);
    if (!part.cut_behind && !octets.empty() && octets.back() == '\r') octets.remove_suffix(1);
    part.cut_before = skipped > 0;
    part.octets = octets;
    part.column = std::min<size_t>(wanted - skipped, octets.size());
    return part;
}

SourceLines::Reader* SourceLines::reader(uint32_t source) {
    if (auto found = readers_.find(source); found != readers_.end()) return &found->second;
    const dns::Source& row = sources_.at(source);
    Reader reader;
    if (row.text != nullptr) {
        reader.text = row.text;
    } else if (row.kind == dns::SourceKind::file) {
        auto file = files_.open(row.name);
        if (!file.ok() || !unchanged(row.name, *file.value())) return nullptr;
        reader.file = std::move(file.value());
    } else {
        return nullptr;
    }
    if (readers_.size() >= kMostOpen) readers_.clear();
    return &readers_.emplace(source, std::move(reader)).first->second;
}

bool SourceLines::unchanged(const std::string& path, const dns::OpenFile& file) const {
    for (const auto& [loaded_path, identity] : loaded_)
        if (loaded_path == path) return identity == file.opened_as();
    return true;
}

std::string_view SourceLines::read(Reader& reader, uint64_t offset, size_t most) {
    if (reader.text != nullptr) {
        if (offset >= reader.text->size()) return {};
        return std::string_view(*reader.text).substr(offset, most);
    }
    block_.resize(std::max(most, block_.size()));
    auto got = reader.file->read_at(offset, {block_.data(), most});
    return got.ok() ? std::string_view(block_.data(), got.value()) : std::string_view();
}

bool SourceLines::go_to(Reader& reader, uint64_t line) {
    if (line < reader.line) {
        reader.line = 1;
        reader.offset = 0;
    }
    while (reader.line < line) {
        std::string_view block = read(reader, reader.offset, kBlock);
        if (block.empty()) return false;
        uint64_t missing = line - reader.line;
        // Whole blocks are only counted; the block that holds the line is looked at closely.
        uint64_t ends = static_cast<uint64_t>(std::count(block.begin(), block.end(), '\n'));
        if (ends < missing) {
            reader.line += ends;
            reader.offset += block.size();
            continue;
        }
        size_t at = 0;
        for (; missing > 0; --missing) at = block.find('\n', at) + 1;
        reader.line = line;
        reader.offset += at;
    }
    return true;
}

}  // namespace server
