// SPDX-License-Identifier: Apache-2.0
#include "mesh/enum_names.h"

#include <catch2/catch.hpp>

namespace mesh {
namespace {

TEST_CASE("every enumeration knows its first and last name") {
  struct Case {
    Enumeration of;
    std::uint32_t number;
    std::string_view name;
  };
  const Case cases[] = {
      {Enumeration::port, 0, "UNKNOWN_APP"},
      {Enumeration::port, 257, "ATAK_FORWARDER"},
      {Enumeration::hardware_model, 43, "HELTEC_V3"},
      {Enumeration::hardware_model, 255, "PRIVATE_HW"},
      {Enumeration::role, 12, "CLIENT_BASE"},
      {Enumeration::region, 37, "ITU2_125CM"},
      {Enumeration::modem_preset, 16, "MEDIUM_TURBO"},
      {Enumeration::routing_error, 39, "PKI_SEND_FAIL_PUBLIC_KEY"},
      {Enumeration::store_forward_request, 106, "CLIENT_ABORT"},
      {Enumeration::gpio_request, 5, "READ_GPIOS_REPLY"},
      {Enumeration::location_source, 3, "LOC_EXTERNAL"},
      {Enumeration::altitude_source, 4, "ALT_BAROMETRIC"},
      {Enumeration::transport, 8, "UNICAST_UDP"},
  };
  for (const Case& one : cases) CHECK(enum_name(one.of, one.number) == one.name);
}

TEST_CASE("numbers between and behind the known ones have no name") {
  CHECK(enum_name(Enumeration::port, 14).empty());
  CHECK(enum_name(Enumeration::routing_error, 10).empty());
  CHECK(enum_name(Enumeration::hardware_model, 0xffffffff).empty());
}

TEST_CASE("every hardware model up to the last one has a name") {
  for (std::uint32_t number = 0; number <= 146; ++number)
    CHECK_FALSE(enum_name(Enumeration::hardware_model, number).empty());
}

}  // namespace
}  // namespace mesh
