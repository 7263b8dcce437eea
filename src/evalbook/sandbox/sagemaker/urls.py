"""Which requests reach the sandbox's SageMaker: all of SageMaker's, moto's own included."""

from __future__ import annotations

from moto.sagemaker.urls import url_bases as url_bases

from evalbook.sandbox.sagemaker.responses import SageMakerResponse

url_paths = {"{0}/$": SageMakerResponse.dispatch}
