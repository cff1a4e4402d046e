// The directives of patches: $REPLACE owner [TYPE] and $REMOVE owner [TYPE|subtree].
#include "zoneparser/entries.h"
#include "zoneparser/rules_table.h"

namespace zoneparser {

namespace {

constexpr std::string_view kSubtree = "subtree";

}  // namespace

EntryReader::End EntryReader::read_replace(Tokens tokens) {
    return read_operation(tokens, PatchOperation::Kind::replace);
}

EntryReader::End EntryReader::read_remove(Tokens tokens) {
    return read_operation(tokens, PatchOperation::Kind::remove);
}

EntryReader::End EntryReader::read_operation(Tokens tokens, PatchOperation::Kind kind) {
    if (setting_.operations == nullptr) {
        report(kPatchDirective, tokens[0], {printable(tokens[0].text())});
        return End::reached;
    }
    if (!has_arguments(tokens, 1, 2, "needs an owner")) return End::reached;
    PatchOperation operation;
    operation.kind = kind;
    operation.place = {setting_.source, tokens[0].line, tokens[0].column};
    uint8_t name[dns::kMaxName];
    std::string reason;
    size_t size = parse_name(tokens[1], state_.origin, name, reason);
    if (size == 0) {
        report_name(tokens[1], reason);
        return End::reached;
    }
    operation.owner = dns::Name(dns::NameView(name, size));
    if (tokens.size() == 3 && !read_extent(tokens, operation)) return End::reached;
    setting_.operations->push_back(operation);
    return End::reached;
}

// What of the owner is meant.
bool EntryReader::read_extent(Tokens tokens, PatchOperation& operation) {
    const Token& word = tokens[2];
    const bool removes = operation.kind == PatchOperation::Kind::remove;
    if (!word.quoted && equal_word(word.text(), kSubtree)) {
        if (removes) {
            operation.kind = PatchOperation::Kind::remove_subtree;
            return true;
        }
        return report(kBadDirective, word, {"$REPLACE", "takes no 'subtree'"},
                      "write $REMOVE owner subtree, and add what shall be there");
    }
    if (word.quoted || !dns::read_type(word.text(), operation.type)) {
        if (removes && nearly_equal(word.text(), kSubtree))
            return report(kUnknownType, word, {printable(word.text())}, "did you mean subtree?");
        return report_unknown_type(tokens, 2);
    }
    if (!dns::is_meta_type(operation.type)) return true;
    return report(kMetaType, word, {printable(word.text())});
}

}  // namespace zoneparser
