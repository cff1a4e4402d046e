// The RFCs' own examples first. Each question is put to the zone and to the reference, so that the
// reference is held to the RFCs, too.
#include "zones/lookup.h"

#include <doctest/doctest.h>

#include "tests/zones/make_zone.h"

namespace apex_tests {

namespace {

using Fact = reference::Fact;
namespace type = reference::type;

struct Row {
    const char* name;
    uint16_t type;
    Fact fact;
    const char* owner;  // "" for none
    const char* encloser;
    bool from_wildcard = false;
};

reference::Zone as_reference(const zones::Zone& zone) {
    std::vector<reference::Record> records;
    for (zones::Zone::Cursor at(zone); at; at.next())
        for (size_t i = 0; i < (*at).rrset_count(); ++i)
            for (zones::RecordView record : (*at).rrset(i))
                records.push_back({reference::from_wire(zone.absolute((*at).name()).view()),
                                   record.type(), record.ttl(),
                                   std::string(record.rdata().begin(), record.rdata().end()), 0});
    return {reference::from_wire(zone.origin()), records};
}

void check(const zones::Zone& zone, std::span<const Row> rows) {
    reference::Zone plain = as_reference(zone);
    for (const Row& row : rows) {
        CAPTURE(std::string(row.name));
        CAPTURE(row.type);
        dns::Name name = reference::dns_name(row.name);
        zones::Lookup got = zones::lookup(zone, relative_to(name, zone), row.type);
        CHECK(static_cast<int>(got.fact) == static_cast<int>(row.fact));
        CHECK(static_cast<bool>(got.node) == (*row.owner != 0));
        if (got.node) CHECK(zone.absolute(got.node.name()) == reference::dns_name(row.owner));
        REQUIRE(got.encloser);
        CHECK(zone.absolute(got.encloser.name()) == reference::dns_name(row.encloser));
        CHECK(got.encloser_labels == got.encloser.name().label_count());
        CHECK(got.from_wildcard == row.from_wildcard);
        bool has_rrset = row.fact != Fact::no_data && row.fact != Fact::no_name &&
                         !(row.fact == Fact::answer && row.type == type::ANY);
        CHECK(static_cast<bool>(got.rrset) == has_rrset);

        reference::Answer wanted = plain.lookup(reference::from_text(row.name), row.type);
        CHECK(wanted.fact == row.fact);
        CHECK(wanted.from_wildcard == row.from_wildcard);
        CHECK(reference::same(wanted.encloser, reference::from_text(row.encloser)));
        if (*row.owner != 0) CHECK(reference::same(wanted.owner, reference::from_text(row.owner)));
    }
}

// Makes the zone, and wants nothing to have been wrong with its text.
MadeZone zone(const char* origin, std::string_view text) {
    MadeZone made = zone_from_text(text, reference::from_text(origin));
    CHECK_MESSAGE(!made.findings->failed(), made.complaints());
    REQUIRE(made.zone);
    return made;
}

}  // namespace

// RFC 1034 6.1 and 6.2: the root zone and its questions.
TEST_CASE("RFC 1034 6.2, the root") {
    MadeZone made = zone(".", R"(
.       86400 IN SOA SRI-NIC.ARPA. HOSTMASTER.SRI-NIC.ARPA. (
                        870611          ;serial
                        1800            ;refresh every 30 min
                        300             ;retry every 5 min
                        604800          ;expire after a week
                        86400)          ;minimum of a day
                NS      A.ISI.EDU.
                NS      C.ISI.EDU.
                NS      SRI-NIC.ARPA.
MIL.    86400   NS      SRI-NIC.ARPA.
        86400   NS      A.ISI.EDU.
EDU.    86400   NS      SRI-NIC.ARPA.
        86400   NS      C.ISI.EDU.
SRI-NIC.ARPA.           A       26.0.0.73
                        A       10.0.0.51
                        MX      0 SRI-NIC.ARPA.
                        HINFO   DEC-2060 TOPS20
ACC.ARPA.               A       26.6.0.65
                        HINFO   PDP-11/70 UNIX
                        MX      10 ACC.ARPA.
USC-ISIC.ARPA.          CNAME   C.ISI.EDU.
73.0.0.26.IN-ADDR.ARPA. PTR     SRI-NIC.ARPA.
65.0.6.26.IN-ADDR.ARPA. PTR     ACC.ARPA.
51.0.0.10.IN-ADDR.ARPA. PTR     SRI-NIC.ARPA.
52.0.0.10.IN-ADDR.ARPA. PTR     C.ISI.EDU.
103.0.3.26.IN-ADDR.ARPA. PTR    A.ISI.EDU.
A.ISI.EDU. 86400 A      26.3.0.103
C.ISI.EDU. 86400 A      10.0.0.52
)");
    static constexpr Row kRows[] = {
        {"SRI-NIC.ARPA.", type::A, Fact::answer, "sri-nic.arpa.", "sri-nic.arpa."},         // 6.2.1
        {"SRI-NIC.ARPA.", type::ANY, Fact::answer, "sri-nic.arpa.", "sri-nic.arpa."},       // 6.2.2
        {"SRI-NIC.ARPA.", type::MX, Fact::answer, "sri-nic.arpa.", "sri-nic.arpa."},        // 6.2.3
        {"SRI-NIC.ARPA.", type::NS, Fact::no_data, "sri-nic.arpa.", "sri-nic.arpa."},       // 6.2.4
        {"SIR-NIC.ARPA.", type::A, Fact::no_name, "", "arpa."},                             // 6.2.5
        {"BRL.MIL.", type::A, Fact::referral, "mil.", "mil."},                              // 6.2.6
        {"USC-ISIC.ARPA.", type::A, Fact::alias, "usc-isic.arpa.", "usc-isic.arpa."},       // 6.2.7
        {"USC-ISIC.ARPA.", type::CNAME, Fact::answer, "usc-isic.arpa.", "usc-isic.arpa."},  // 6.2.8
        {"C.ISI.EDU.", type::A, Fact::referral, "edu.", "edu."},
        {"A.ISI.EDU.", type::A, Fact::referral, "edu.", "edu."},
        {"edu.", type::NS, Fact::referral, "edu.", "edu."},
        {"EDU.", type::DS, Fact::no_data, "edu.", "edu."},
        {"x.EDU.", type::DS, Fact::referral, "edu.", "edu."},
        {".", type::SOA, Fact::answer, ".", "."},
        {".", type::NS, Fact::answer, ".", "."},
        {".", type::A, Fact::no_data, ".", "."},
        {"arpa.", type::A, Fact::no_data, "arpa.", "arpa."},
        {"arpa.", type::ANY, Fact::no_data, "arpa.", "arpa."},
        {"0.26.in-addr.arpa.", type::PTR, Fact::no_data, "0.26.in-addr.arpa.",
         "0.26.in-addr.arpa."},
        {"1.0.0.26.in-addr.arpa.", type::PTR, Fact::no_name, "", "0.0.26.in-addr.arpa."},
        {"test.", type::A, Fact::no_name, "", "."},
    };
    check(*made, kRows);
    dns::Name host = reference::dns_name("sri-nic.arpa.");
    CHECK(zones::lookup(*made, relative_to(host, *made), type::A).rrset.count() == 2);
}

TEST_CASE("RFC 1034 6.1, EDU") {
    MadeZone made = zone("EDU.", R"($ORIGIN EDU.
@ 86400 IN SOA SRI-NIC.ARPA. HOSTMASTER.SRI-NIC.ARPA. 870729 1800 300 604800 86400
                NS SRI-NIC.ARPA.
                NS C.ISI.EDU.
UCI      172800 NS ICS.UCI
         172800 NS ROME.UCI
ICS.UCI  172800 A  192.5.19.1
ROME.UCI 172800 A  192.5.19.31
ISI      172800 NS VAXA.ISI
         172800 NS A.ISI
         172800 NS VENERA.ISI.EDU.
VAXA.ISI 172800 A  10.2.0.27
         172800 A  128.9.0.33
A.ISI    172800 A  26.3.0.103
MIT.EDU. 43200  NS XX.LCS.MIT.EDU.
XX.LCS.MIT.EDU. 43200 A 10.0.0.44
)");
    static constexpr Row kRows[] = {
        {"isi.edu.", type::A, Fact::referral, "isi.edu.", "isi.edu."},
        {"vaxa.isi.edu.", type::A, Fact::referral, "isi.edu.", "isi.edu."},
        {"lcs.mit.edu.", type::A, Fact::referral, "mit.edu.", "mit.edu."},
        {"yale.edu.", type::A, Fact::no_name, "", "edu."},
        {"edu.", type::NS, Fact::answer, "edu.", "edu."},
        {"edu.", type::DS, Fact::no_data, "edu.", "edu."},
    };
    check(*made, kRows);
    CHECK(made->serial() == 870729);
}

// RFC 4592 2.2.1, and the closest enclosers of 3.3.2.
TEST_CASE("RFC 4592, the wildcard zone") {
    MadeZone made = zone("example.", R"($ORIGIN example.
example.                 3600 IN SOA ns.example.com. hostmaster.example. 1 7200 3600 604800 300
example.                 3600    NS  ns.example.com.
example.                 3600    NS  ns.example.net.
*.example.               3600    TXT "this is a wildcard"
*.example.               3600    MX  10 host1.example.
sub.*.example.           3600    TXT "this is not a wildcard"
host1.example.           3600    A   192.0.2.1
_ssh._tcp.host1.example. 3600    SRV 0 0 22 host1.example.
_ssh._tcp.host2.example. 3600    SRV 0 0 22 host2.example.
subdel.example.          3600    NS  ns.example.com.
subdel.example.          3600    NS  ns.example.net.
)");
    static constexpr Row kRows[] = {
        // synthesized
        {"host3.example.", type::MX, Fact::answer, "*.example.", "example.", true},
        {"host3.example.", type::A, Fact::no_data, "*.example.", "example.", true},
        {"foo.bar.example.", type::TXT, Fact::answer, "*.example.", "example.", true},
        // not synthesized
        {"host1.example.", type::MX, Fact::no_data, "host1.example.", "host1.example."},
        {"sub.*.example.", type::MX, Fact::no_data, "sub.*.example.", "sub.*.example."},
        {"_telnet._tcp.host1.example.", type::SRV, Fact::no_name, "", "_tcp.host1.example."},
        {"host.subdel.example.", type::A, Fact::referral, "subdel.example.", "subdel.example."},
        {"ghost.*.example.", type::MX, Fact::no_name, "", "*.example."},
        // 3.3.2
        {"_dns._udp.host2.example.", type::SRV, Fact::no_name, "", "host2.example."},
        {"_telnet._tcp.host3.example.", type::SRV, Fact::no_data, "*.example.", "example.", true},
        {"_chat._udp.host3.example.", type::SRV, Fact::no_data, "*.example.", "example.", true},
        {"foobar.*.example.", type::A, Fact::no_name, "", "*.example."},
        // 2.3 and 2.2.2: the wildcard asked by its own name, and empty non-terminals
        {"*.example.", type::TXT, Fact::answer, "*.example.", "*.example."},
        {"*.example.", type::A, Fact::no_data, "*.example.", "*.example."},
        {"_tcp.host2.example.", type::ANY, Fact::no_data, "_tcp.host2.example.",
         "_tcp.host2.example."},
        {"host2.example.", type::A, Fact::no_data, "host2.example.", "host2.example."},
        {"host3.example.", type::ANY, Fact::answer, "*.example.", "example.", true},
        {"*.subdel.example.", type::A, Fact::referral, "subdel.example.", "subdel.example."},
        {"subdel.example.", type::DS, Fact::no_data, "subdel.example.", "subdel.example."},
    };
    check(*made, kRows);
}

// RFC 4592 4: what may stand at a wildcard, and wildcards that own nothing.
TEST_CASE("wildcards that are odd") {
    MadeZone made = zone("example.", R"($ORIGIN example.
@            60 SOA ns hostmaster 1 7200 3600 604800 300
@            60 NS  ns.example.com.
*.alias      60 CNAME host.example.com.
a.*.empty    60 A 192.0.2.1
*.ns         60 NS ns.example.com.
*.dname      60 DNAME example.com.
*.*          60 A 192.0.2.2
*.one.two    60 A 192.0.2.3
)");
    static constexpr Row kRows[] = {
        {"x.alias.example.", type::A, Fact::alias, "*.alias.example.", "alias.example.", true},
        {"x.alias.example.", type::CNAME, Fact::answer, "*.alias.example.", "alias.example.", true},
        // 4.9: a wildcard that is an empty non-terminal
        {"x.empty.example.", type::A, Fact::no_data, "*.empty.example.", "empty.example.", true},
        {"b.*.empty.example.", type::A, Fact::no_name, "", "*.empty.example."},
        {"x.ns.example.", type::A, Fact::no_data, "*.ns.example.", "ns.example.", true},
        {"x.*.ns.example.", type::A, Fact::referral, "*.ns.example.", "*.ns.example."},
        {"x.dname.example.", type::A, Fact::no_data, "*.dname.example.", "dname.example.", true},
        {"x.*.dname.example.", type::A, Fact::redirect, "*.dname.example.", "*.dname.example."},
        {"x.*.example.", type::A, Fact::answer, "*.*.example.", "*.example.", true},
        {"x.example.", type::A, Fact::no_data, "*.example.", "example.", true},
        // only the closest encloser's wildcard counts (3.3.1)
        {"x.two.example.", type::A, Fact::no_name, "", "two.example."},
        {"y.x.one.two.example.", type::A, Fact::answer, "*.one.two.example.", "one.two.example.",
         true},
    };
    check(*made, kRows);
}

// RFC 6672 2.2, table 1, as far as the zones of one test go, and 6.1.
TEST_CASE("RFC 6672, redirection") {
    MadeZone made = zone("com.", R"($ORIGIN com.
@           60 SOA ns hostmaster 1 7200 3600 604800 300
@           60 NS  ns.example.
example     60 DNAME example.net.
example     60 A 192.0.2.1
ab.sample   60 A 192.0.2.1
b.sample    60 DNAME example.net.
x.sample    60 DNAME example.net.
)");
    static constexpr Row kRows[] = {
        {"com.", type::A, Fact::no_data, "com.", "com."},
        {"example.com.", type::A, Fact::answer, "example.com.", "example.com."},
        {"example.com.", type::DNAME, Fact::answer, "example.com.", "example.com."},
        {"example.com.", type::MX, Fact::no_data, "example.com.", "example.com."},
        {"a.example.com.", type::A, Fact::redirect, "example.com.", "example.com."},
        {"a.b.example.com.", type::A, Fact::redirect, "example.com.", "example.com."},
        {"a.example.com.", type::DNAME, Fact::redirect, "example.com.", "example.com."},
        {"a.example.com.", type::DS, Fact::redirect, "example.com.", "example.com."},
        {"*.example.com.", type::A, Fact::redirect, "example.com.", "example.com."},
        {"ab.sample.com.", type::A, Fact::answer, "ab.sample.com.", "ab.sample.com."},
        {"cab.sample.com.", type::A, Fact::no_name, "", "sample.com."},
        {"a.x.sample.com.", type::A, Fact::redirect, "x.sample.com.", "x.sample.com."},
    };
    check(*made, kRows);

    MadeZone whole = zone("frobozz.example.", R"($ORIGIN frobozz.example.
@ 60 SOA ns.acme.example. hostmaster.acme.example. 1 7200 3600 604800 300
  60 NS ns.acme.example.
  60 DNAME frobozz-division.acme.example.
  60 MX 10 mailhub.acme.example.
)");
    static constexpr Row kWhole[] = {
        {"frobozz.example.", type::MX, Fact::answer, "frobozz.example.", "frobozz.example."},
        {"frobozz.example.", type::A, Fact::no_data, "frobozz.example.", "frobozz.example."},
        {"x.frobozz.example.", type::A, Fact::redirect, "frobozz.example.", "frobozz.example."},
    };
    check(*whole, kWhole);
}

TEST_CASE("cuts and redirects hide what is below, the topmost first") {
    MadeZone made = zone("example.", R"($ORIGIN example.
@            60 SOA ns hostmaster 1 7200 3600 604800 300
@            60 NS  ns.sub
sub          60 NS  ns.sub
sub          60 DS  1 13 2 0000000000000000000000000000000000000000000000000000000000000000
ns.sub       60 A   192.0.2.1
deep.sub     60 NS  ns.deep.sub
deep.sub     60 DS  2 13 2 0000000000000000000000000000000000000000000000000000000000000000
ns.deep.sub  60 A   192.0.2.2
*.sub        60 A   192.0.2.3
d            60 DNAME elsewhere.test.
cut.d        60 NS  ns.sub
under.sub    60 DNAME elsewhere.test.
)");
    static constexpr Row kRows[] = {
        {"sub.example.", type::DS, Fact::answer, "sub.example.", "sub.example."},
        {"sub.example.", type::A, Fact::referral, "sub.example.", "sub.example."},
        {"sub.example.", type::ANY, Fact::referral, "sub.example.", "sub.example."},
        {"deep.sub.example.", type::DS, Fact::referral, "sub.example.", "sub.example."},
        {"ns.deep.sub.example.", type::A, Fact::referral, "sub.example.", "sub.example."},
        {"any.sub.example.", type::A, Fact::referral, "sub.example.", "sub.example."},
        {"x.under.sub.example.", type::A, Fact::referral, "sub.example.", "sub.example."},
        {"cut.d.example.", type::NS, Fact::redirect, "d.example.", "d.example."},
        {"cut.d.example.", type::DS, Fact::redirect, "d.example.", "d.example."},
        {"example.", type::NS, Fact::answer, "example.", "example."},
    };
    check(*made, kRows);
}

TEST_CASE("what stands beside an alias is answered, signatures by any of theirs") {
    MadeZone made = zone("example.", R"($ORIGIN example.
@     60 SOA ns hostmaster 1 7200 3600 604800 300
@     60 NS  ns.example.com.
alias 60 CNAME host
alias 60 RRSIG CNAME 13 2 60 20300101000000 20200101000000 1 example. AAAA
alias 60 NSEC example. CNAME RRSIG NSEC
alias 60 RRSIG NSEC 13 2 60 20300101000000 20200101000000 1 example. AAAA
)");
    static constexpr Row kRows[] = {
        {"alias.example.", type::A, Fact::alias, "alias.example.", "alias.example."},
        {"alias.example.", type::DS, Fact::alias, "alias.example.", "alias.example."},
        {"alias.example.", type::NSEC, Fact::answer, "alias.example.", "alias.example."},
        {"alias.example.", type::RRSIG, Fact::answer, "alias.example.", "alias.example."},
        {"alias.example.", type::ANY, Fact::answer, "alias.example.", "alias.example."},
        {"example.", type::RRSIG, Fact::no_data, "example.", "example."},
    };
    check(*made, kRows);
}

// RFC 5155 7.2.8: a name that only an NSEC3 record owns does not exist.
TEST_CASE("owners of NSEC3 are not seen") {
    MadeZone made = zone("example.", R"($ORIGIN example.
@       60 SOA ns hostmaster 1 7200 3600 604800 300
@       60 NS  ns.example.com.
@       60 NSEC3PARAM 1 0 0 -
0p9mhaveqvm6t7vbl5lop2u3t2rp3tom 60 NSEC3 1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA
0p9mhaveqvm6t7vbl5lop2u3t2rp3tom 60 RRSIG NSEC3 13 2 60 20300101000000 20200101000000 1 example. AAAA
2t7b4g4vsa5smi47k61mv5bv1a22bojr 60 NSEC3 1 0 0 - 2vptu5timamqttgl4luu9kg21e0aor3s A
2t7b4g4vsa5smi47k61mv5bv1a22bojr 60 A 192.0.2.1
2vptu5timamqttgl4luu9kg21e0aor3s 60 NSEC3 1 0 0 - 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A
x.2vptu5timamqttgl4luu9kg21e0aor3s 60 A 192.0.2.1
*.wild  60 A 192.0.2.1
35mthgpgcu1qg68fab165klnsnk3dpvl.wild 60 NSEC3 1 0 0 - 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A
*.odd   60 NSEC3 1 0 0 - 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A
)");
    static constexpr Row kRows[] = {
        {"0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example.", type::A, Fact::no_name, "", "example."},
        {"0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TOM.example.", 50, Fact::no_name, "", "example."},
        {"x.0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example.", type::A, Fact::no_name, "", "example."},
        {"2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.", type::A, Fact::answer,
         "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.", "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example."},
        {"2vptu5timamqttgl4luu9kg21e0aor3s.example.", type::A, Fact::no_data,
         "2vptu5timamqttgl4luu9kg21e0aor3s.example.", "2vptu5timamqttgl4luu9kg21e0aor3s.example."},
        {"35mthgpgcu1qg68fab165klnsnk3dpvl.wild.example.", type::A, Fact::answer,
         "*.wild.example.", "wild.example.", true},
        {"a.odd.example.", type::A, Fact::no_name, "", "odd.example."},
        {"*.odd.example.", type::A, Fact::no_name, "", "odd.example."},
    };
    check(*made, kRows);
    dns::Name hash = reference::dns_name("0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example.");
    CHECK(made->find(relative_to(hash, *made)));  // what a proof needs
}

TEST_CASE("case is no difference, in any octet that is a letter") {
    MadeZone made = zone("Example.", R"($ORIGIN EXAMPLE.
@       60 SOA ns hostmaster 1 7200 3600 604800 300
@       60 NS  ns.example.com.
AZ\091  60 A 192.0.2.1
\@      60 A 192.0.2.2
*.Wild  60 A 192.0.2.3
)");
    static constexpr Row kRows[] = {
        {"az\\091.eXample.", type::A, Fact::answer, "aZ\\091.example.", "AZ\\091.EXAMPLE."},
        {"az\\123.example.", type::A, Fact::no_name, "", "example."},
        {"\\064.example.", type::A, Fact::answer, "\\064.example.", "\\064.example."},
        {"\\096.example.", type::A, Fact::no_name, "", "example."},
        {"x.wILD.example.", type::A, Fact::answer, "*.wild.example.", "wild.example.", true},
    };
    check(*made, kRows);
}

}  // namespace apex_tests
