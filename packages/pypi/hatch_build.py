"""Puts the binary into the wheel, and its platform into the wheel's name."""

import os

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildHook(BuildHookInterface):
    def initialize(self, version, build_data):
        binary = os.environ["BIGCOMMERCE_MOCK_WHEEL_BINARY"]
        platform = os.environ["BIGCOMMERCE_MOCK_WHEEL_PLATFORM"]
        name = "bigcommerce-mock.exe" if platform.startswith("win") else "bigcommerce-mock"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
        build_data["force_include"][binary] = f"bigcommerce_mock/bin/{name}"
        build_data["force_include"][os.path.join(self.root, "../../LICENSE")] = "bigcommerce_mock/LICENSE"
