"""What the OpenAPI generator cannot find out by itself. ``KitConfig.ready`` imports it."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Sign-in by token. OpenAPI can name one prefix of the two that are understood."""

    target_class = "rest_framework_simplejwt.authentication.JWTAuthentication"
    match_subclasses = True
    name = "token"
    priority = 1  # before the generator's own

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "`Authorization: JWT <access token>` is understood as well.",
        }
