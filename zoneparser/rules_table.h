// The rows that zoneparser/rules.cpp holds, for the parts of the parser that report them.
#pragma once

#include "dns/base/finding.h"

namespace zoneparser {

// What the lexer finds.
extern const dns::Rule kUnclosedQuote, kNewlineInQuotes, kUnclosedParenthesis,
    kUnexpectedParenthesis, kBadEscape, kNulOctet, kNotText, kEntryTooLong;
// Directives.
extern const dns::Rule kUnknownDirective, kBadDirective, kIncludeUnreadable, kIncludeDepth,
    kIncludeLoop, kIncludeLimit, kIncludeOutside, kIncludeDisabled, kGenerateSyntax, kGenerateLimit,
    kPatchDirective;
// Owner, TTL, class, type.
extern const dns::Rule kBadName, kNoOwner, kBadTtl, kTtlRange, kNoTtl, kMissingTtl, kWrongClass,
    kMissingType, kUnknownType, kMetaType;
// The data of a record.
extern const dns::Rule kMissingRdata, kBadRdata, kTrailingRdata, kStringTooLong;
// The file as a whole.
extern const dns::Rule kFileUnreadable;

}  // namespace zoneparser
