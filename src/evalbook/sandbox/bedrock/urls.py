"""Which requests reach the sandbox's Bedrock: all that moto sends to its own."""

from __future__ import annotations

from moto.bedrock.responses import BedrockResponse as MotoBedrockResponse
from moto.bedrock.urls import url_bases as url_bases, url_paths as moto_paths

from evalbook.sandbox.bedrock.responses import BedrockResponse

url_paths = {
    path: BedrockResponse.dispatch
    for path, handler in moto_paths.items()
    # moto's paths for Bedrock agents lead elsewhere, and stay as they are.
    if handler == MotoBedrockResponse.dispatch
}
