"""Bedrock operations that moto lacks."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from moto.bedrock.responses import BedrockResponse as MotoBedrockResponse
from moto.core.responses import ActionResult

from evalbook.sandbox.answers import CheckedResponse, page_of
from evalbook.sandbox.bedrock.exceptions import ValidationException
from evalbook.sandbox.bedrock.models import Bedrock, bedrock_in


class BedrockResponse(MotoBedrockResponse, CheckedResponse):
    """moto's Bedrock, with models, inference profiles and evaluation jobs."""

    @property
    def bedrock(self) -> Bedrock:
        """The caller's Bedrock in the region that was asked."""
        return bedrock_in(self.current_account, self.region)

    def get_foundation_model(self) -> ActionResult:
        """Show one model with its lifecycle."""
        model = self.bedrock.model(self._from_path("modelIdentifier"))
        return self.checked({"modelDetails": model.details(self.region)})

    def list_foundation_models(self) -> ActionResult:
        """Show the models of the region; of the filters, only byProvider is looked at."""
        provider = (self._get_param("byProvider") or "").lower()
        models = [
            model.details(self.region)
            for model in self.bedrock.models.values()
            if provider in model.provider.lower()
        ]
        return self.checked({"modelSummaries": models})

    def list_inference_profiles(self) -> ActionResult:
        """Show the system's inference profiles; there are no others."""
        wanted = self._get_param("type") in (None, "SYSTEM_DEFINED")
        profiles = [self.bedrock.profile(name) for name in self.bedrock.profiles if wanted]
        page, token = self._page(profiles)
        return self.checked({"inferenceProfileSummaries": page, "nextToken": token})

    def get_inference_profile(self) -> ActionResult:
        """Show one inference profile."""
        return self.checked(self.bedrock.profile(self._from_path("inferenceProfileIdentifier")))

    def get_custom_model_deployment(self) -> ActionResult:
        """Show a deployment of a custom model."""
        arn = self._from_path("customModelDeploymentIdentifier")
        return self.checked(self.bedrock.custom_model(arn).deployment())

    def get_imported_model(self) -> ActionResult:
        """Show an imported model."""
        return self.checked(
            self.bedrock.custom_model(self._from_path("modelIdentifier")).imported()
        )

    def get_evaluation_job(self) -> ActionResult:
        """Show an evaluation job, with why it failed."""
        return self.checked(self.bedrock.job(self._from_path("jobIdentifier")).description())

    def list_evaluation_jobs(self) -> ActionResult:
        """Show the evaluation jobs that pass the filters."""
        filters = {
            name: self._get_param(name)
            for name in ("nameContains", "statusEquals", "applicationTypeEquals", "sortOrder")
        }
        jobs = [job.summary() for job in self.bedrock.find_jobs(filters)]
        # The service model allows no more than five jobs on a page, and no empty page.
        page, token = self._page(jobs, default_limit=5, most=5)
        return self.checked({"jobSummaries": page or None, "nextToken": token})

    def _from_path(self, name: str) -> str:
        return unquote(str(self._get_param(name)))

    def _page(
        self, items: list[Any], default_limit: int = 100, most: int = 1000
    ) -> tuple[list[Any], str | None]:
        limit = self._get_int_param("maxResults")
        return page_of(
            items,
            self._get_param("nextToken"),
            min(limit, most) if limit else None,
            ValidationException,
            default_limit,
        )
