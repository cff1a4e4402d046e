#include "zoneparser/rules.h"

#include "zoneparser/rules_table.h"

namespace zoneparser {

using dns::Rule;
using dns::Severity;

namespace {
constexpr bool kFixed = true, kChangeable = false;
}

const Rule kUnclosedQuote{"unclosed-quote",
                          Severity::error,
                          kFixed,
                          "RFC 1035 5.1",
                          "the quote that opens here is not closed on its line",
                          "put a '\"' at the end of the string"};
const Rule kNewlineInQuotes{
    "newline-in-quotes",
    Severity::error,
    kFixed,
    "RFC 1035 5.1",
    "the quoted string that opens here goes on over the end of its line",
    "close the quote and open another on the next line, all in parentheses; a line end inside a "
    "string is written \\010"};
const Rule kUnclosedParenthesis{"unclosed-parenthesis",
                                Severity::error,
                                kFixed,
                                "RFC 1035 5.1",
                                "the '(' that opens here is never closed",
                                "put a ')' behind the last field of the record"};
const Rule kUnexpectedParenthesis{
    "unexpected-parenthesis",
    Severity::error,
    kFixed,
    "RFC 1035 5.1",
    "'{}' {}",
    "a parenthesis that is meant as text is written \\( or \\), or stands in quotes"};
const Rule kBadEscape{
    "bad-escape",
    Severity::error,
    kFixed,
    "RFC 1035 5.1",
    "'{}' is no escape: {}",
    "\\DDD is an octet of decimal value 000 to 255, \\X is the character X itself, and \\\\ is a "
    "backslash"};
const Rule kNulOctet{
    "nul-octet",
    Severity::error,
    kFixed,
    "RFC 1035 5.1",
    "the text holds an octet of value zero",
    "the file is no plain text, or was damaged; a zero octet in a string is written \\000"};
const Rule kNotText{"not-text",
                    Severity::error,
                    kFixed,
                    "RFC 1035 5.1",
                    "the file is written in {}",
                    "save it as UTF-8 or ASCII"};
const Rule kEntryTooLong{"entry-too-long",
                         Severity::error,
                         kFixed,
                         "RFC 1035 3.2.1",
                         "the entry has more than {} words, more than any record can hold",
                         ""};

const Rule kUnknownDirective{
    "unknown-directive",
    Severity::error,
    kFixed,
    "RFC 1035 5.1",
    "unknown directive '{}'",
    "there are $ORIGIN, $TTL, $INCLUDE and $GENERATE; an owner that begins with a dollar sign is "
    "written \\$"};
const Rule kBadDirective{"bad-directive", Severity::error, kFixed, "RFC 1035 5.1", "{} {}", ""};
const Rule kIncludeUnreadable{
    "include-unreadable",
    Severity::error,
    kFixed,
    "RFC 1035 5.1",
    "cannot read '{}': {}",
    "a relative path is searched in the folder of the file that includes"};
const Rule kIncludeDepth{"include-depth",
                         Severity::error,
                         kFixed,
                         "-",
                         "'{}' is not read: $INCLUDE is nested more than {} deep",
                         ""};
const Rule kIncludeLoop{"include-loop", Severity::error, kFixed, "-", "'{}' includes itself", ""};
const Rule kIncludeLimit{"include-limit",
                         Severity::error,
                         kFixed,
                         "-",
                         "'{}' is not read: more than {} files are included",
                         ""};
const Rule kIncludeOutside{"include-outside",
                           Severity::error,
                           kFixed,
                           "-",
                           "'{}' is not read: it lies outside '{}', to which $INCLUDE is confined",
                           ""};
const Rule kIncludeDisabled{"include-disabled",
                            Severity::error,
                            kFixed,
                            "-",
                            "'{}' is not read: $INCLUDE is not allowed here",
                            ""};
const Rule kGenerateSyntax{
    "generate-syntax",
    Severity::error,
    kFixed,
    "-",
    "$GENERATE: {}",
    "$GENERATE start-stop[/step] owner [TTL] [class] type data, in which $ and "
    "${offset,width,base} stand for the step's number"};
const Rule kGenerateLimit{"generate-limit",
                          Severity::error,
                          kFixed,
                          "-",
                          "$GENERATE makes {}: no more than {} are left of the limit of this run",
                          ""};
const Rule kPatchDirective{
    "patch-directive",
    Severity::error,
    kFixed,
    "-",
    "'{}' belongs in a patch, not in a zone file",
    "a view's zone is made from another one and a patch by 'base' and 'overlay'; in the zone file "
    "itself, change the records"};

const Rule kBadName{"bad-name", Severity::error, kFixed, "RFC 1035 2.3.4", "'{}' is no name{}", ""};
const Rule kNoOwner{"no-owner",
                    Severity::error,
                    kFixed,
                    "RFC 1035 5.1",
                    "the line begins with a blank, but there is no owner before it to take over",
                    "begin the line with the owner, or with @ for the origin"};
const Rule kBadTtl{"bad-ttl", Severity::error,
                   kFixed,    "RFC 2308 4",
                   "{}",      "a TTL is a number of seconds, or numbers with units: 1w2d3h4m5s"};
const Rule kTtlRange{
    "ttl-range", Severity::error, kFixed, "RFC 2181 8", "TTL {} is more than 2147483647", ""};
const Rule kNoTtl{"no-ttl",
                  Severity::warning,
                  kChangeable,
                  "RFC 2308 4",
                  "no TTL is stated: MINIMUM of the SOA record, {}, is taken from here on",
                  "put a $TTL directive at the beginning of the file"};
const Rule kMissingTtl{
    "missing-ttl",
    Severity::error,
    kFixed,
    "RFC 2308 4",
    "no TTL: none is written here, and neither $TTL nor a record before states one",
    "put a $TTL directive at the beginning of the file"};
const Rule kWrongClass{"wrong-class", Severity::error, kFixed, "RFC 1035 5.2", "class {}", ""};
const Rule kMissingType{
    "missing-type", Severity::error, kFixed, "RFC 1035 5.1", "the record's type is missing", ""};
const Rule kUnknownType{
    "unknown-type",
    Severity::error,
    kFixed,
    "RFC 3597 5",
    "unknown record type '{}'",
    "a type without a mnemonic is written TYPEnnn, and its data \\# length hex"};
const Rule kMetaType{"meta-type",
                     Severity::error,
                     kFixed,
                     "RFC 6895 3.1",
                     "{} is a type for queries and messages, and never stands in a zone",
                     ""};

const Rule kMissingRdata{"missing-rdata", Severity::error, kFixed,
                         "RFC 1035 5.1",  "{} needs {}",   ""};
const Rule kBadRdata{"bad-rdata",    Severity::error,      kFixed,
                     "RFC 1035 5.1", "invalid {} in {}{}", ""};
const Rule kTrailingRdata{"trailing-rdata",
                          Severity::error,
                          kFixed,
                          "RFC 1035 5.1",
                          "'{}' is too much: the data of {} ends before it",
                          ""};
const Rule kStringTooLong{
    "string-too-long",
    Severity::error,
    kFixed,
    "RFC 1035 3.3",
    "{} in {} is too long{}",
    "a string holds at most 255 octets: split it, \"first part\" \"second part\""};

const Rule kFileUnreadable{
    "file-unreadable", Severity::error, kFixed, "-", "cannot read '{}': {}", ""};

namespace {

constexpr const Rule* kRules[] = {
    &kUnclosedQuote,
    &kNewlineInQuotes,
    &kUnclosedParenthesis,
    &kUnexpectedParenthesis,
    &kBadEscape,
    &kNulOctet,
    &kNotText,
    &kEntryTooLong,
    &kUnknownDirective,
    &kBadDirective,
    &kIncludeUnreadable,
    &kIncludeDepth,
    &kIncludeLoop,
    &kIncludeLimit,
    &kIncludeOutside,
    &kIncludeDisabled,
    &kGenerateSyntax,
    &kGenerateLimit,
    &kPatchDirective,
    &kBadName,
    &kNoOwner,
    &kBadTtl,
    &kTtlRange,
    &kNoTtl,
    &kMissingTtl,
    &kWrongClass,
    &kMissingType,
    &kUnknownType,
    &kMetaType,
    &kMissingRdata,
    &kBadRdata,
    &kTrailingRdata,
    &kStringTooLong,
    &kFileUnreadable,
};

}  // namespace

std::span<const dns::Rule* const> rules() {
    return kRules;
}

}  // namespace zoneparser
