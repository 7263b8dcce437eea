"""Which requests reach the sandbox's IAM: all of IAM's, moto's own included."""

from __future__ import annotations

from moto.iam.urls import url_bases as url_bases

from evalbook.sandbox.iam.responses import IamResponse

url_paths = {"{0}/$": IamResponse.dispatch}
