# Configuration and command line, apart from the rest of app: they know no worker and no socket.
find_package(fmt 9 REQUIRED)
find_package(CLI11 2 REQUIRED)

add_library(app_config STATIC
  ${CMAKE_CURRENT_LIST_DIR}/command_line.cc
  ${CMAKE_CURRENT_LIST_DIR}/config_changes.cc
  ${CMAKE_CURRENT_LIST_DIR}/config_environment.cc
  ${CMAKE_CURRENT_LIST_DIR}/config_file.cc
  ${CMAKE_CURRENT_LIST_DIR}/config_keys.cc
  ${CMAKE_CURRENT_LIST_DIR}/config_kinds.cc
  ${CMAKE_CURRENT_LIST_DIR}/config_nearest.cc
  ${CMAKE_CURRENT_LIST_DIR}/config_network.cc
  ${CMAKE_CURRENT_LIST_DIR}/config_text.cc
  ${CMAKE_CURRENT_LIST_DIR}/config_values.cc
  ${CMAKE_CURRENT_LIST_DIR}/mosquitto/import.cc
  ${CMAKE_CURRENT_LIST_DIR}/mosquitto/import_file.cc
  ${CMAKE_CURRENT_LIST_DIR}/mosquitto/options.cc
  ${CMAKE_CURRENT_LIST_DIR}/simulate_options.cc)
# toml++ is used as headers: its library in Debian throws.
target_link_libraries(app_config PUBLIC options base mqtt PRIVATE fmt::fmt CLI11::CLI11)
